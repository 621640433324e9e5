using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>Keeps the posterior curves of a whole file: of each stage, and of audio-visual models by modality.</summary>
internal sealed class CurveRecorder : IStepObserver
{
    private readonly Dictionary<(string Keyword, string Stage), (TimeSpan Step, List<float> Values)> _curves = [];
    private readonly Dictionary<(string Keyword, string Stage), List<float>> _typed = [];
    private int _steps;

    /// <summary>The curves so far.</summary>
    public IReadOnlyList<PosteriorCurve> Curves =>
    [
        .. _curves.Select(
            curve => new PosteriorCurve(curve.Key.Keyword, curve.Key.Stage, curve.Value.Step.TotalSeconds, [.. curve.Value.Values])),
        .. _typed.Select(curve => new PosteriorCurve(
            curve.Key.Keyword, curve.Key.Stage, AudioClock.Step.TotalSeconds, [.. Filled(curve.Value, _steps)])),
    ];

    public void AcceptSamples(ReadOnlySpan<float> samples)
    {
    }

    public void OnStep(TimeSpan time, bool gateOpen, IReadOnlyList<KeywordListener> listeners, List<StreamEvent> events)
    {
        _steps++;
        foreach (var listener in listeners)
            foreach (var (keyword, posterior) in listener.LastPosteriors)
                Curve(keyword, listener.FirstStageName, AudioClock.Step).Add(posterior);
        foreach (var listener in listeners.Where(listener => listener.VerifierName is not null))
            foreach (var (keyword, posterior) in listener.LastVerified)
                Curve(keyword, listener.VerifierName!, AudioClock.Step).Add(posterior);
    }

    public void OnCandidateJudged(string keyword, string model, float score)
    {
        if (!_typed.TryGetValue((keyword, model), out var curve)) _typed[(keyword, model)] = curve = [];
        Filled(curve, _steps + 1)[_steps] = Math.Max(curve[_steps], score);
    }

    public void OnWindowJudged(AudioVisualKeyword model, long step, IReadOnlyDictionary<string, float> scores)
    {
        foreach (var (modality, score) in scores)
        {
            var curve = Curve(model.Keyword, $"{model.Name}/{modality}", model.StrideSteps * AudioClock.Step);
            Filled(curve, (int)((step + 1) / model.StrideSteps) - 1).Add(score);
        }
    }

    private static List<float> Filled(List<float> curve, int count)
    {
        if (curve.Count < count) curve.AddRange(new float[count - curve.Count]);
        return curve;
    }

    private List<float> Curve(string keyword, string stage, TimeSpan step)
    {
        if (!_curves.TryGetValue((keyword, stage), out var curve)) _curves[(keyword, stage)] = curve = (step, []);
        return curve.Values;
    }
}
