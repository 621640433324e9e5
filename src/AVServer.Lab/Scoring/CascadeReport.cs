using AVServer.Evaluation;

namespace AVServer.Lab.Scoring;

/// <summary>Both stages run over a split: all scores that DET curves, latencies and calibrations are made of.</summary>
public sealed class CascadeReport
{
    /// <summary>Seconds of one step.</summary>
    public const double StepSeconds = 0.08;

    /// <summary>The condition in which a recording is as it was made.</summary>
    public const string Clean = "clean";

    /// <summary>Conditions of the keyword recordings, by name; absent SNR: as recorded.</summary>
    public static readonly IReadOnlyList<(string Name, double? SnrDb)> Conditions =
        [(Clean, null), ("10 dB", 10), ("5 dB", 5), ("0 dB", 0)];

    private readonly Dictionary<string, List<CascadeCurve>> _keywords = [];
    private readonly List<(string Set, CascadeCurve Curve)> _filler = [];

    public CascadeReport(EvaluationSet set, SpotterScorer spotter, VerifierScorer verifier, bool withNoise)
    {
        foreach (var (name, snr) in Conditions.Where(condition => withNoise || condition.SnrDb is null))
            _keywords[name] = [.. Enumerable.Range(0, set.Keywords.Count).Select(i => Run(set.Keyword(i, snr)))];
        foreach (var (name, samples) in set.Filler()) _filler.Add((name, Run(samples)));

        CascadeCurve Run(float[] samples) => new(spotter.Score(samples), verifier.Score(samples));
    }

    /// <summary>Thresholds of all curves: even in the log-odds, because posteriors crowd at both ends.</summary>
    public static IReadOnlyList<double> Thresholds { get; } =
        [.. Enumerable.Range(0, 61).Select(i => 1 / (1 + Math.Exp(-(-6 + (i * 0.25)))))];

    /// <summary>The first stage alone.</summary>
    public DetCurve Spotter(string condition, double refractorySeconds = 1) => DetCurve.Measure(
        [.. _keywords[condition].Select(curve => curve.First.Max())],
        [.. _filler.Select(item => new FillerStream(item.Curve.First, StepSeconds))], Thresholds, refractorySeconds);

    /// <summary>The second stage run at every step.</summary>
    public DetCurve Verifier(string condition) => DetCurve.Measure(
        [.. _keywords[condition].Select(curve => curve.Second.Max(score => score.Posterior))],
        [.. _filler.Select(item => new FillerStream([.. item.Curve.Second.Select(score => score.Posterior)], StepSeconds))], Thresholds);

    /// <summary>The second stage behind the first.</summary>
    public DetCurve Cascade(string condition, float firstThreshold, float firstWeight, int watchSteps) => DetCurve.Measure(
        [.. _keywords[condition].Select(curve => curve.Gated(firstThreshold, firstWeight, watchSteps).Max())],
        [.. _filler.Select(item => new FillerStream(item.Curve.Gated(firstThreshold, firstWeight, watchSteps), StepSeconds))], Thresholds);
}
