using AVServer.Evaluation;
using AVServer.Lab.Data;

namespace AVServer.Lab.Scoring;

/// <summary>Both stages run over a split: all scores that DET curves, latencies and calibrations are made of.</summary>
public sealed class CascadeReport
{
    /// <summary>Seconds of one step.</summary>
    public const double StepSeconds = 0.08;

    /// <summary>Conditions of the keyword recordings, by name; absent SNR: as recorded.</summary>
    public static readonly IReadOnlyList<(string Name, double? SnrDb)> Conditions = [("clean", null), ("10 dB", 10), ("5 dB", 5), ("0 dB", 0)];

    private readonly Dictionary<string, List<CascadeCurve>> _keywords = [];
    private readonly List<(string Set, CascadeCurve Curve)> _filler = [];
    private readonly IReadOnlyList<Clip> _clips;

    public CascadeReport(EvaluationSet set, SpotterScorer spotter, VerifierScorer verifier, bool withNoise)
    {
        _clips = set.Keywords;
        foreach (var (name, snr) in Conditions.Where(condition => withNoise || condition.SnrDb is null))
            _keywords[name] = [.. Enumerable.Range(0, _clips.Count).Select(i => Run(set.Keyword(i, snr)))];
        foreach (var (name, samples) in set.Filler()) _filler.Add((name, Run(samples)));

        CascadeCurve Run(float[] samples) => new(spotter.Score(samples), verifier.Score(samples));
    }

    /// <summary>Thresholds of all curves: even in the log-odds, because posteriors crowd at both ends.</summary>
    public static IReadOnlyList<double> Thresholds { get; } = [.. Enumerable.Range(0, 61).Select(i => 1 / (1 + Math.Exp(-(-6 + (i * 0.25)))))];

    /// <summary>Corpora of the filler, and their hours.</summary>
    public IEnumerable<(string Set, double Hours)> Filler => _filler.Select(item => (item.Set, item.Curve.First.Length * StepSeconds / 3600));

    /// <summary>The first stage alone.</summary>
    public DetCurve Spotter(string condition, double refractorySeconds = 1) => DetCurve.Measure(
        [.. _keywords[condition].Select(curve => curve.First.Max())], [.. _filler.Select(item => new FillerStream(item.Curve.First, StepSeconds))], Thresholds, refractorySeconds);

    /// <summary>The second stage run at every step.</summary>
    public DetCurve Verifier(string condition) => DetCurve.Measure(
        [.. _keywords[condition].Select(curve => curve.Second.Max(score => score.Posterior))],
        [.. _filler.Select(item => new FillerStream([.. item.Curve.Second.Select(score => score.Posterior)], StepSeconds))], Thresholds);

    /// <summary>The second stage behind the first.</summary>
    public DetCurve Cascade(string condition, float firstThreshold, int watchSteps, Func<Clip, bool>? only = null) => DetCurve.Measure(
        [.. _keywords[condition].Where((_, i) => only?.Invoke(_clips[i]) ?? true).Select(curve => curve.Gated(firstThreshold, watchSteps).Max())],
        [.. _filler.Select(item => new FillerStream(item.Curve.Gated(firstThreshold, watchSteps), StepSeconds))], Thresholds);

    /// <summary>Triggers of the cascade by corpus of filler.</summary>
    public IEnumerable<(string Set, double Hours, int Triggers)> Alarms(float firstThreshold, int watchSteps, double threshold) => _filler.Select(item =>
    {
        var stream = new FillerStream(item.Curve.Gated(firstThreshold, watchSteps), StepSeconds);
        return (item.Set, stream.Hours, stream.Triggers(threshold, 1));
    });

    /// <summary>For each clean keyword recording with known times that is found: seconds from the word's end to the event, and the errors of start and end.</summary>
    public IEnumerable<(double Latency, double Start, double End)> Times(float firstThreshold, int watchSteps, double threshold)
    {
        for (var i = 0; i < _clips.Count; i++)
        {
            if (_clips[i].Word is not { } word) continue;
            var curve = _keywords["clean"][i];
            var step = Array.FindIndex(curve.Gated(firstThreshold, watchSteps), score => score >= threshold);
            if (step < 0) continue;
            var at = (step + 1) * StepSeconds;
            yield return (((step * 1280) + 1520) / 16_000.0 - word.EndSeconds, at - curve.Second[step].SinceStart - word.StartSeconds, at - curve.Second[step].SinceEnd - word.EndSeconds);
        }
    }
}
