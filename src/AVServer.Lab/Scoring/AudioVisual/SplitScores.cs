using AVServer.Evaluation;

namespace AVServer.Lab.Scoring.AudioVisual;

/// <summary>A system that is compared.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Score">Its posterior.</param>
public sealed record ComparedSystem(string Name, Func<ModalityScores, float> Score);

/// <summary>
/// Scores of talkers in all conditions, and measures of them; each talker is judged at the thresholds that suit the others best.
/// </summary>
/// <remarks>
/// A talker who was trained on is read without an error and says nothing of what to ask of others, and a threshold chosen on those who are
/// judged flatters. So for each talker a system's threshold, one for all conditions, has the lowest WWS score of all the other talkers.
/// </remarks>
public sealed class SplitScores
{
    private const int Seed = 12;
    private readonly AudioVisualTrials _trials;
    private readonly Dictionary<string, ModalityScores[]> _scores;
    private readonly int[] _with;
    private readonly int[] _without;
    private readonly Dictionary<(ComparedSystem System, string Talker), double> _thresholds = [];

    /// <param name="trials">What is judged.</param>
    /// <param name="score">Scores all trials in a condition, given as an SNR.</param>
    /// <exception cref="ArgumentException">There is only one talker.</exception>
    public SplitScores(AudioVisualTrials trials, Func<double?, ModalityScores[]> score)
    {
        _trials = trials;
        _scores = AudioVisualTrials.Conditions.ToDictionary(condition => condition.Name, condition => score(condition.SnrDb));
        if (Talkers.Count < 2)
            throw new ArgumentException(
                $"Expected at least two talkers, because each is judged by the others, got {Talkers.Count}.", nameof(trials));
        var clips = _trials.Set.Clips;
        _with = [.. Enumerable.Range(0, clips.Count).Where(i => clips[i].Keyword is not null)];
        _without = [.. Enumerable.Range(0, clips.Count).Where(i => clips[i].Keyword is null)];
    }

    /// <summary>The systems, in the order of the tables.</summary>
    public static IReadOnlyList<ComparedSystem> Systems { get; } =
    [
        new("audio alone", scores => scores.Audio), new("lips alone", scores => scores.Visual),
        new("mean of the two", scores => scores.Mean),
        new("FLCMA", scores => scores.Both), new("FLCMA, no lips", scores => scores.SoundOnly),
        new("FLCMA, no sound", scores => scores.LipsOnly),
    ];

    /// <summary>Recordings with the keyword, and without.</summary>
    public (int With, int Without) Recordings => (_with.Length, _without.Length);

    /// <summary>The curve of last words in one condition.</summary>
    public VerificationCurve Curve(ComparedSystem system, string condition) =>
        VerificationCurve.Measure(Finals(system, condition, _with), Finals(system, condition, _without));

    /// <summary>The talkers.</summary>
    public IReadOnlyList<string> Talkers => [.. _trials.Set.Clips.Select(clip => clip.Talker).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The threshold at which a talker is judged.</summary>
    public double Threshold(ComparedSystem system, string talker)
    {
        if (_thresholds.TryGetValue((system, talker), out var known)) return known;
        float[] OfOthers(int[] recordings) =>
            [.. AudioVisualTrials.Conditions.SelectMany(
                condition => Finals(system, condition.Name, [.. recordings.Where(recording => TalkerOf(recording) != talker)]))];
        return _thresholds[(system, talker)] = VerificationCurve.Measure(OfOthers(_with), OfOthers(_without)).LowestWws.Threshold;
    }

    /// <summary>FRR and FAR of last words.</summary>
    public (double Frr, double Far) Rates(ComparedSystem system, string condition)
    {
        var (missed, alarms) = Errors(system, condition);
        return (missed.Average(), alarms.Average());
    }

    /// <summary>FAR of windows that end with an earlier word.</summary>
    public double EarlierWindowFar(ComparedSystem system, string condition) => _scores[condition].Zip(_trials.All)
        .Where(pair => !pair.Second.IsFinal)
        .Average(pair => system.Score(pair.First) >= Threshold(system, pair.Second.Window.Clip.Talker) ? 1.0 : 0);

    /// <summary>95 % interval of the WWS score.</summary>
    public (double Low, double High) WwsInterval(ComparedSystem system, string condition)
    {
        var (missed, alarms) = Errors(system, condition);
        return Bootstrap.Interval(_with.Length, _without.Length, (with, without) => Mean(missed, with) + Mean(alarms, without), Seed);
    }

    /// <summary>95 % interval of the equal error rate.</summary>
    public (double Low, double High) EerInterval(ComparedSystem system, string condition)
    {
        float[][] Of(int[] recordings) => [.. recordings.Select(recording => Finals(system, condition, [recording]))];
        var (with, without) = (Of(_with), Of(_without));
        return Bootstrap.Interval(
            _with.Length, _without.Length,
            (keyword, filler) => VerificationCurve.Measure(
                [.. keyword.SelectMany(i => with[i])], [.. filler.SelectMany(i => without[i])]).EqualErrorRate, Seed, rounds: 400);
    }

    /// <summary>
    /// How much lower one system's WWS score is than another's, relative, with its 95 % interval; the same recordings are drawn for both.
    /// </summary>
    public (double Cut, double Low, double High) RelativeCut(ComparedSystem better, ComparedSystem than, string condition)
    {
        var (missed, alarms) = Errors(better, condition);
        var (missed2, alarms2) = Errors(than, condition);
        double Cut(int[] with, int[] without) =>
            1 - ((Mean(missed, with) + Mean(alarms, without)) / Math.Max(1e-9, Mean(missed2, with) + Mean(alarms2, without)));
        var (low, high) = Bootstrap.Interval(_with.Length, _without.Length, Cut, Seed);
        return (Cut([.. Enumerable.Range(0, _with.Length)], [.. Enumerable.Range(0, _without.Length)]), low, high);
    }

    /// <summary>WWS score of each talker's last words.</summary>
    public IEnumerable<(string Talker, int With, int Without, double Wws)> ByTalker(ComparedSystem system, string condition)
    {
        var (missed, alarms) = Errors(system, condition);
        foreach (var talker in Talkers)
        {
            var with = Enumerable.Range(0, _with.Length).Where(i => TalkerOf(_with[i]) == talker).ToArray();
            var without = Enumerable.Range(0, _without.Length).Where(i => TalkerOf(_without[i]) == talker).ToArray();
            yield return (talker, with.Length, without.Length, Mean(missed, with) + Mean(alarms, without));
        }
    }

    private (double[] Missed, double[] Alarms) Errors(ComparedSystem system, string condition)
    {
        double Accepted(int recording) =>
            Finals(system, condition, [recording]).Average(score => score >= Threshold(system, TalkerOf(recording)) ? 1.0 : 0);
        return ([.. _with.Select(recording => 1 - Accepted(recording))], [.. _without.Select(Accepted)]);
    }

    private string TalkerOf(int recording) => _trials.Set.Clips[recording].Talker;

    private float[] Finals(ComparedSystem system, string condition, int[] recordings)
    {
        // Trials lie recording by recording, last word and earlier word by turns.
        var perRecording = 2 * _trials.Draws;
        return [.. recordings.SelectMany(
            recording => Enumerable.Range(0, _trials.Draws)
                .Select(draw => system.Score(_scores[condition][(recording * perRecording) + (2 * draw)])))];
    }

    private static double Mean(double[] values, int[] indices) => indices.Length == 0 ? 0 : indices.Average(i => values[i]);
}
