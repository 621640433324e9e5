using System.Globalization;
using System.Text;
using AVServer.Evaluation;

namespace AVServer.Lab.Scoring.Emotion;

/// <summary>How well emotions of people are told who taught nothing, as tables.</summary>
/// <param name="labels">The emotions.</param>
internal sealed class CrossCorpusReport(IReadOnlyList<string> labels)
{
    private const int Rounds = 1_000;
    private readonly StringBuilder _text = new();

    /// <summary>Begins a table: a row a protocol, a column for each length of what was heard of the speaker before.</summary>
    internal void Begin(string title, IReadOnlyList<string> histories) => _text.Append(
        CultureInfo.InvariantCulture,
        $"\n## {title}\n\n| taught | judged | {string.Join(" | ", histories)} | recalls ({string.Join(", ", labels)}), first and last "
        + $"|\n|---|---|{string.Concat(histories.Select(_ => "---|"))}---|\n");

    /// <summary>Adds a row: UA and its 95 % interval, speakers drawn with replacement.</summary>
    /// <param name="taught">What taught.</param>
    /// <param name="judged">What was judged.</param>
    /// <param name="scores">The scores of each column; an example's name is its speaker.</param>
    internal void Add(string taught, string judged, IReadOnlyList<IReadOnlyList<EmotionScore>> scores) => _text.Append(
        CultureInfo.InvariantCulture,
        $"| {taught} | {judged} | {string.Join(" | ", scores.Select(Measure))} | {Recalls(scores[0])}; {Recalls(scores[^1])} |\n");

    /// <summary>Adds a paragraph.</summary>
    internal void AppendText(string text) => _text.Append('\n').Append(text).Append('\n');

    public override string ToString() => _text.ToString();

    private string Measure(IReadOnlyList<EmotionScore> scores)
    {
        var (low, high) = Interval(scores);
        return string.Create(
            CultureInfo.InvariantCulture, $"{100 * scores.ToMatrix(labels.Count).Ua:F1} % ({100 * low:F0}–{100 * high:F0})");
    }

    private (double Low, double High) Interval(IReadOnlyList<EmotionScore> scores)
    {
        ConfusionMatrix[] speakers = [.. scores.GroupBy(score => score.Example).Select(speaker => speaker.ToMatrix(labels.Count))];
        return Bootstrap.Interval(speakers.Length, 1, (drawn, _) =>
        {
            var all = new ConfusionMatrix(labels.Count);
            foreach (var speaker in drawn) all.Add(speakers[speaker]);
            return all.Ua;
        }, seed: 1, Rounds);
    }

    private string Recalls(IReadOnlyList<EmotionScore> scores)
    {
        var matrix = scores.ToMatrix(labels.Count);
        return string.Join(
            ' ', Enumerable.Range(0, labels.Count).Select(
                label => string.Create(CultureInfo.InvariantCulture, $"{100 * matrix.Recall(label):F0}")));
    }
}
