using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>Keeps the first stage's posterior curves of a whole file.</summary>
internal sealed class CurveRecorder : IStepObserver
{
    private readonly Dictionary<(string Keyword, string Stage), List<float>> _curves = [];

    /// <summary>The curves so far.</summary>
    public IReadOnlyList<PosteriorCurve> Curves =>
        [.. _curves.Select(curve => new PosteriorCurve(curve.Key.Keyword, curve.Key.Stage, AudioClock.Step.TotalSeconds, [.. curve.Value]))];

    public void Hear(ReadOnlySpan<float> samples)
    {
    }

    public void Step(TimeSpan time, bool gateOpen, IReadOnlyList<KeywordListener> listeners, List<StreamEvent> events)
    {
        foreach (var listener in listeners)
            foreach (var (keyword, posterior) in listener.LastPosteriors)
            {
                if (!_curves.TryGetValue((keyword, listener.FirstStageName), out var curve)) _curves[(keyword, listener.FirstStageName)] = curve = [];
                curve.Add(posterior);
            }
    }
}
