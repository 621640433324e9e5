using System.Globalization;
using System.Text;
using AVServer.Detection;
using AVServer.Pipeline;

namespace AVServer.Lab.Words;

/// <summary>What recordings of a voice bring for its other recordings of the same word.</summary>
/// <param name="seed">Chooses which recordings are taken for examples.</param>
/// <param name="rate">False alarms an hour that both are measured at.</param>
internal sealed class EnrolmentReport(int seed, double rate)
{
    private const int Examples = 3;
    private const int MinRecordings = 10;
    private const int Rounds = 10;

    private readonly StringBuilder _report = new(
        """
        | text, voice | recordings | hours without | clean | 10 dB | 5 dB | 0 dB | after three recordings: clean | 10 dB | 5 dB | 0 dB |
        |---|---|---|---|---|---|---|---|---|---|---|

        """);

    /// <summary>Whether a voice says a word so often that something is left to measure.</summary>
    public static bool HasEnough(IEnumerable<int> recordings) => recordings.Count() >= MinRecordings;

    /// <summary>
    /// Measures a voice: recall at the same number of false alarms by text alone and with examples, the mean of some draws.
    /// </summary>
    /// <param name="name">Word and voice.</param>
    /// <param name="recordings">The voice's, by place among the measured ones.</param>
    /// <param name="heard">What was heard in them, by condition; the first one is clean.</param>
    /// <param name="alarms">What was heard in recordings without the word.</param>
    /// <param name="stored">Those of them that the server has too: they are the others that examples are seen from.</param>
    /// <param name="hours">Length of the recordings without the word.</param>
    public void Append(
        string name,
        int[] recordings,
        IReadOnlyList<RescoredCandidate>[] heard,
        IReadOnlyList<RescoredCandidate> alarms,
        IReadOnlySet<int> stored,
        double hours)
    {
        var random = new Random(seed);
        var best = heard[0].GroupBy(one => one.Recording).Select(one => one.MaxBy(candidate => candidate.Score)!).ToArray();
        if (best.Length <= Examples) return;
        float[][] others = [.. alarms.Where(alarm => stored.Contains(alarm.Recording)).Select(alarm => alarm.Embedding)];
        var (byText, enrolled) = (new double[heard.Length], new double[heard.Length]);
        for (var draw = 0; draw < Rounds; draw++)
        {
            random.Shuffle(best);
            var taken = best[..Examples];
            int[] left = [.. recordings.Except(taken.Select(one => one.Recording))];
            var examples = new WordExamples([.. taken.Select(one => one.Embedding)], others);
            Measure(one => one.Score, left, byText);
            Measure(one => one.Score + RescoringWeights.ExampleScore(examples.Similarity(one.Embedding)), left, enrolled);
        }
        var row = byText.Concat(enrolled).Select(sum => (100 * sum / Rounds).ToString("F1", CultureInfo.InvariantCulture));
        _report.AppendLine(string.Create(
            CultureInfo.InvariantCulture, $"| {name} | {recordings.Length} | {hours:F2} | {string.Join(" | ", row)} |"));

        void Measure(Func<RescoredCandidate, float> score, int[] left, double[] sums)
        {
            var loudest = alarms.Select(score).OrderDescending().ToArray();
            var threshold = (int)(rate * hours) < loudest.Length ? loudest[(int)(rate * hours)] : float.NegativeInfinity;
            for (var condition = 0; condition < heard.Length; condition++)
            {
                var found = heard[condition].Where(one => score(one) > threshold).Select(one => one.Recording).ToHashSet();
                sums[condition] += left.Count(found.Contains) / (double)left.Length;
            }
        }
    }

    public override string ToString() => _report.ToString();
}

/// <summary>A candidate that the recogniser scored.</summary>
/// <param name="Recording">Where.</param>
/// <param name="Score">Its score by text.</param>
/// <param name="Embedding">See <see cref="WordExamples.Embed"/>.</param>
internal sealed record RescoredCandidate(int Recording, float Score, float[] Embedding);
