using AVServer.Evaluation;

namespace AVServer.Lab.Scoring.AudioVisual;

/// <summary>A system that is compared.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Score">Its posterior.</param>
public sealed record ComparedSystem(string Name, Func<ModalityScores, float> Score);

/// <summary>Scores of one split in all conditions, and measures of them.</summary>
public sealed class SplitScores
{
    private const int Seed = 12;
    private readonly AudioVisualTrials _trials;
    private readonly Dictionary<string, ModalityScores[]> _scores;
    private readonly int[] _with;
    private readonly int[] _without;

    /// <param name="trials">What is judged.</param>
    /// <param name="score">Scores all trials in a condition, given as an SNR.</param>
    public SplitScores(AudioVisualTrials trials, Func<double?, ModalityScores[]> score)
    {
        _trials = trials;
        _scores = AudioVisualTrials.Conditions.ToDictionary(condition => condition.Name, condition => score(condition.SnrDb));
        var clips = _trials.Set.Clips;
        _with = [.. Enumerable.Range(0, clips.Count).Where(i => clips[i].Keyword is not null)];
        _without = [.. Enumerable.Range(0, clips.Count).Where(i => clips[i].Keyword is null)];
    }

    /// <summary>The systems, in the order of the tables.</summary>
    public static IReadOnlyList<ComparedSystem> Systems { get; } =
    [
        new("audio alone", scores => scores.Audio), new("lips alone", scores => scores.Visual), new("mean of the two", scores => scores.Mean),
        new("FLCMA", scores => scores.Both), new("FLCMA, no lips", scores => scores.SoundOnly), new("FLCMA, no sound", scores => scores.LipsOnly),
    ];

    /// <summary>Recordings with the keyword, and without.</summary>
    public (int With, int Without) Recordings => (_with.Length, _without.Length);

    /// <summary>The curve of last words in one condition.</summary>
    public VerificationCurve Curve(ComparedSystem system, string condition) => VerificationCurve.Measure(Finals(system, condition, _with), Finals(system, condition, _without));

    /// <summary>The curve of last words in all conditions together.</summary>
    public VerificationCurve Pooled(ComparedSystem system)
    {
        var names = AudioVisualTrials.Conditions.Select(condition => condition.Name).ToArray();
        return VerificationCurve.Measure([.. names.SelectMany(name => Finals(system, name, _with))], [.. names.SelectMany(name => Finals(system, name, _without))]);
    }

    /// <summary>FRR and FAR of last words at a threshold.</summary>
    public (double Frr, double Far) Rates(ComparedSystem system, string condition, double threshold)
    {
        var (missed, alarms) = Errors(system, condition, threshold);
        return (missed.Average(), alarms.Average());
    }

    /// <summary>FAR of windows that end with an earlier word.</summary>
    public double EarlierFar(ComparedSystem system, string condition, double threshold) => _scores[condition]
        .Where((_, i) => !_trials.All[i].IsFinal).Average(scores => system.Score(scores) >= threshold ? 1.0 : 0);

    /// <summary>95 % interval of the WWS score.</summary>
    public (double Low, double High) WwsInterval(ComparedSystem system, string condition, double threshold)
    {
        var (missed, alarms) = Errors(system, condition, threshold);
        return Bootstrap.Interval(_with.Length, _without.Length, (with, without) => Mean(missed, with) + Mean(alarms, without), Seed);
    }

    /// <summary>95 % interval of the equal error rate.</summary>
    public (double Low, double High) EerInterval(ComparedSystem system, string condition)
    {
        float[][] Of(int[] recordings) => [.. recordings.Select(recording => Finals(system, condition, [recording]))];
        var (with, without) = (Of(_with), Of(_without));
        return Bootstrap.Interval(
            _with.Length, _without.Length,
            (keyword, filler) => VerificationCurve.Measure([.. keyword.SelectMany(i => with[i])], [.. filler.SelectMany(i => without[i])]).EqualErrorRate, Seed, rounds: 400);
    }

    /// <summary>How much lower one system's WWS score is than another's, relative, with its 95 % interval; the same recordings are drawn for both.</summary>
    public (double Cut, double Low, double High) RelativeCut(ComparedSystem better, double threshold, ComparedSystem than, double thanThreshold, string condition)
    {
        var (missed, alarms) = Errors(better, condition, threshold);
        var (missed2, alarms2) = Errors(than, condition, thanThreshold);
        double Cut(int[] with, int[] without) => 1 - ((Mean(missed, with) + Mean(alarms, without)) / Math.Max(1e-9, Mean(missed2, with) + Mean(alarms2, without)));
        var (low, high) = Bootstrap.Interval(_with.Length, _without.Length, Cut, Seed);
        return (Cut([.. Enumerable.Range(0, _with.Length)], [.. Enumerable.Range(0, _without.Length)]), low, high);
    }

    /// <summary>WWS score of each talker's last words.</summary>
    public IEnumerable<(string Talker, int With, int Without, double Wws)> ByTalker(ComparedSystem system, string condition, double threshold)
    {
        var clips = _trials.Set.Clips;
        var (missed, alarms) = Errors(system, condition, threshold);
        foreach (var talker in clips.Select(clip => clip.Talker).Distinct().Order(StringComparer.Ordinal))
        {
            var with = Enumerable.Range(0, _with.Length).Where(i => clips[_with[i]].Talker == talker).ToArray();
            var without = Enumerable.Range(0, _without.Length).Where(i => clips[_without[i]].Talker == talker).ToArray();
            yield return (talker, with.Length, without.Length, Mean(missed, with) + Mean(alarms, without));
        }
    }

    private (double[] Missed, double[] Alarms) Errors(ComparedSystem system, string condition, double threshold) => (
        [.. _with.Select(recording => Finals(system, condition, [recording]).Average(score => score < threshold ? 1.0 : 0))],
        [.. _without.Select(recording => Finals(system, condition, [recording]).Average(score => score >= threshold ? 1.0 : 0))]);

    private float[] Finals(ComparedSystem system, string condition, int[] recordings)
    {
        // Trials lie recording by recording, last word and earlier word by turns.
        var perRecording = 2 * _trials.Draws;
        return [.. recordings.SelectMany(recording => Enumerable.Range(0, _trials.Draws).Select(draw => system.Score(_scores[condition][(recording * perRecording) + (2 * draw)])))];
    }

    private static double Mean(double[] values, int[] indices) => indices.Length == 0 ? 0 : indices.Average(i => values[i]);
}
