using AVServer.Contracts;
using AVServer.Signal;

namespace AVServer.Pipeline;

/// <summary>Gathers levels and posterior curves of one stream into events for displays.</summary>
internal sealed class Telemetry(TimeSpan interval) : IStepObserver
{
    private readonly int _stepsPerEvent = Math.Max(1, (int)Math.Round(interval / AudioClock.Step));
    private readonly Dictionary<string, List<float>> _posteriors = [];
    private readonly Dictionary<string, List<float>> _verified = [];
    private readonly Dictionary<string, float[]> _typed = [];
    private readonly Lock _gate = new();
    private Dictionary<string, IReadOnlyDictionary<string, float>>? _modalities;
    private double _power;
    private long _samples;
    private int _steps;

    public void AcceptSamples(ReadOnlySpan<float> samples)
    {
        _power += SumOfSquares(samples);
        _samples += samples.Length;
    }

    public void OnStep(TimeSpan time, bool gateOpen, IReadOnlyList<KeywordListener> listeners, List<StreamEvent> events)
    {
        foreach (var listener in listeners)
        {
            Add(_posteriors, listener.LastPosteriors);
            if (listener.VerifierName is not null) Add(_verified, listener.LastVerified);
        }
        if (++_steps < _stepsPerEvent) return;
        var verified = _verified.Values.Any(curve => curve.Exists(posterior => posterior > 0)) ? Values(_verified) : null;
        var typed = _typed.Count > 0 ? new Dictionary<string, float[]>(_typed) : null;
        events.Add(new TelemetryEvent(
            time, LevelDb(), gateOpen, Values(_posteriors), AudioClock.Step, TakeModalities(), Verified: verified, Typed: typed));
        _typed.Clear();
        _posteriors.Clear();
        _verified.Clear();
        (_power, _samples, _steps) = (0, 0, 0);
    }

    public void OnCandidateJudged(string keyword, string model, float score)
    {
        if (!_typed.TryGetValue(keyword, out var scores)) _typed[keyword] = scores = new float[_stepsPerEvent];
        scores[_steps] = Math.Max(scores[_steps], score);
    }

    public void OnWindowJudged(AudioVisualKeyword model, long step, IReadOnlyDictionary<string, float> scores)
    {
        lock (_gate) (_modalities ??= [])[model.Keyword] = scores;
    }

    private static void Add(Dictionary<string, List<float>> curves, IEnumerable<(string Keyword, float Posterior)> posteriors)
    {
        foreach (var (keyword, posterior) in posteriors)
        {
            if (!curves.TryGetValue(keyword, out var curve)) curves[keyword] = curve = [];
            curve.Add(posterior);
        }
    }

    private static Dictionary<string, float[]> Values(Dictionary<string, List<float>> curves) =>
        curves.ToDictionary(curve => curve.Key, curve => curve.Value.ToArray());

    private Dictionary<string, IReadOnlyDictionary<string, float>>? TakeModalities()
    {
        lock (_gate)
        {
            var taken = _modalities;
            _modalities = null;
            return taken;
        }
    }

    private static double SumOfSquares(ReadOnlySpan<float> samples)
    {
        var sum = 0.0;
        foreach (var sample in samples) sum += sample * sample;
        return sum;
    }

    private float LevelDb() =>
        _samples == 0 ? SoundLevel.FloorDbfs : (float)Math.Max(SoundLevel.FloorDbfs, 10 * Math.Log10((_power / _samples) + 1e-12));
}
