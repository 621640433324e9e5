using AVServer.Contracts;
using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>Decides which candidates of typed words were said: by the threshold, and once within the refractory period.</summary>
/// <remarks>One stream's own; one caller at a time, who takes the candidates in the order in which they were found.</remarks>
internal sealed class WordDecision
{
    private readonly Dictionary<string, double> _refractoryUntil = [];
    private readonly Dictionary<string, float> _maxScores = [];

    /// <summary>By keyword, the highest score so far.</summary>
    public IEnumerable<(string Keyword, float Score)> MaxScores => _maxScores.Select(score => (score.Key, score.Value));

    /// <summary>Begins a new track: times count from 0 again.</summary>
    public void Restart() => _refractoryUntil.Clear();

    /// <summary>Decides about a candidate.</summary>
    /// <param name="word">The candidate.</param>
    /// <param name="lips">What lips add to its log-odds; where that is nothing, its sound alone decides.</param>
    /// <returns>Null where the word wasn't said.</returns>
    public KeywordDetection? Decide(ScoredWord word, float lips = 0)
    {
        var heard = lips > 0 ? word.ForEye : word.ByEar;
        if (heard is null) return null;
        var score = heard.LogOdds + lips;
        var posterior = WordCalibrator.Posterior(score);
        var name = word.Word.Name;
        _maxScores[name] = Math.Max(_maxScores.GetValueOrDefault(name), posterior);
        var span = word.Span;
        if (score < word.Word.Threshold || span.Start < _refractoryUntil.GetValueOrDefault(name, double.NegativeInfinity)) return null;
        _refractoryUntil[name] = Math.Max(span.End, span.Start + word.Word.Request.RefractorySeconds);
        return new KeywordDetection(name, posterior, span, word.Step, word.Model, ScoresOf(heard, posterior, lips))
        {
            Modality = lips > 0 ? Modality.AudioVisual : Modality.Audio,
        };
    }

    private static IReadOnlyDictionary<string, float> ScoresOf(SoundScore heard, float posterior, float lips) =>
        lips <= 0 ? heard.Scores : new Dictionary<string, float>(heard.Scores)
        {
            [AudioVisualSpec.Audio] = WordCalibrator.Posterior(heard.LogOdds),
            [AudioVisualSpec.Visual] = WordCalibrator.Posterior(lips),
            [AudioVisualSpec.Both] = posterior,
        };
}
