using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>Hears a window of speech by the first layers of a recogniser's encoder, cut behind the manifest's output.</summary>
/// <remarks>
/// Stateless and safe to share between threads. The encoder looks at the whole window, and its 8-bit scales follow it: the same window
/// gives the same vectors, one window at a time. A run blocks for 6 to 9 ms for each second of sound.
/// </remarks>
public sealed class SpeechEncoder : IDisposable
{
    /// <summary>Samples per second.</summary>
    public const int SampleRateHz = 16_000;

    /// <summary>Fewest samples of a window, 0.1 s.</summary>
    public const int MinimumSamples = SampleRateHz / 10;

    /// <summary>Most samples of a window, 30 s: attention costs the square of its length.</summary>
    public const int MaximumSamples = 30 * SampleRateHz;

    // A window is brought to one loudness; what is quieter than 50 dB below full scale stays quieter.
    private const double Loudness = 0.05;
    private const double Faintest = 0.00316;

    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly string[] _input;
    private readonly string[] _output;

    private SpeechEncoder(ModelManifest manifest, InferenceSession session)
    {
        Manifest = manifest;
        _session = session;
        _input = [manifest.Inputs[0].Name];
        _output = [manifest.Outputs[0].Name];
        Dim = manifest.Outputs[0].Shape[^1];
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Values in a vector.</summary>
    public int Dim { get; }

    /// <summary>Loads a model, cuts its graph and compares it with the manifest.</summary>
    /// <exception cref="ModelStoreException">The graph can't be cut or loaded, or isn't what the manifest says.</exception>
    public static SpeechEncoder Load(StoredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Manifest.Kind != ModelKind.SpeechEncoder)
            throw new ArgumentException(
                $"Expected a {ModelKind.SpeechEncoder}, got the {model.Manifest.Kind} '{model.Manifest.Name}'.", nameof(model));
        var output = model.Manifest.Outputs[0];
        var session = SessionFactory.OpenPublished(
            model, ModelManifest.MainFile, graph => GraphCut.Behind(graph, output.Name, output.Shape));
        try
        {
            Signature.Check(model.Manifest, session);
            return new SpeechEncoder(model.Manifest, session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Hears a window.</summary>
    /// <param name="samples">16 kHz, in [-1, 1), <see cref="MinimumSamples"/> to <see cref="MaximumSamples"/>; not kept.</param>
    /// <returns>[frames, <see cref="Dim"/>], about one vector for each 24 ms.</returns>
    /// <exception cref="ArgumentException">The window is too short or too long.</exception>
    /// <exception cref="InferenceException">A sample is no number, or the graph refuses them.</exception>
    public float[] Encode(ReadOnlySpan<float> samples)
    {
        if (samples.Length is < MinimumSamples or > MaximumSamples)
            throw new ArgumentException($"Expected {MinimumSamples} to {MaximumSamples} samples, got {samples.Length}.", nameof(samples));
        if (!BatchRunner.IsFinite(samples)) throw new InferenceException(Manifest.Name, "samples that are no numbers");
        try
        {
            using var input = TensorMemory.Create([1, samples.Length], out var window);
            BringToLoudness(samples, window);
            using var results = _session.Run(_runOptions, _input, [input], _output);
            var vectors = results[0].GetTensorDataAsSpan<float>();
            if (!BatchRunner.IsFinite(vectors)) throw new InferenceException(Manifest.Name, "a value that isn't a number");
            return vectors.ToArray();
        }
        catch (OnnxRuntimeException e)
        {
            throw new InferenceException(Manifest.Name, e.Message, e);
        }
    }

    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }

    private static void BringToLoudness(ReadOnlySpan<float> samples, Span<float> window)
    {
        var energy = 0.0;
        foreach (var sample in samples) energy += (double)sample * sample;
        var gain = (float)(Loudness / Math.Max(Faintest, Math.Sqrt(energy / samples.Length)));
        for (var i = 0; i < samples.Length; i++) window[i] = Math.Clamp(samples[i] * gain, -1, 1);
    }
}
