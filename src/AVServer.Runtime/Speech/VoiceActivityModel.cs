using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>Tells of each 32 ms of sound whether somebody speaks: Silero VAD (https://github.com/snakers4/silero-vad).</summary>
/// <remarks>
/// Stateless and safe to share between threads; what a stream remembers is in its <see cref="VoiceActivityState"/>. A run blocks for some
/// 0.1 ms.
/// </remarks>
public sealed class VoiceActivityModel : IDisposable
{
    /// <summary>Samples at 16 kHz that one step takes.</summary>
    public const int FrameSamples = 512;

    /// <summary>Samples before a step that the graph sees again.</summary>
    internal const int ContextSamples = 64;

    /// <summary>Values that the graph remembers of a stream: [2, 1, 128].</summary>
    internal const int MemoryLength = 2 * 128;

    private const string Input = "input";
    private const string Memory = "state";
    private const string Rate = "sr";

    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly OrtValue _rate = OrtValue.CreateTensorValueFromMemory([16_000L], []);
    private readonly string[] _outputs;
    private readonly string _name;

    private VoiceActivityModel(ModelManifest manifest, InferenceSession session)
    {
        _session = session;
        _name = manifest.Name;
        _outputs = [.. manifest.Outputs.Select(output => output.Name)];
    }

    /// <summary>Loads the model and compares the graph with its manifest.</summary>
    /// <exception cref="ModelStoreException">The graph can't be loaded or isn't what the manifest says.</exception>
    public static VoiceActivityModel Load(StoredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Manifest.Kind != ModelKind.VoiceActivity)
            throw new ArgumentException(
                $"Expected a {ModelKind.VoiceActivity}, got the {model.Manifest.Kind} '{model.Manifest.Name}'.", nameof(model));
        // A step is far too small to be worth a trip to another device.
        var session = SessionFactory.Cpu.Create(model, ModelManifest.MainFile);
        try
        {
            Signature.Check(model.Manifest, session, Rate);
            return new VoiceActivityModel(model.Manifest, session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Hears the next 32 ms of a stream.</summary>
    /// <param name="state">The stream's; moved on.</param>
    /// <param name="samples"><see cref="FrameSamples"/> samples in [-1, 1) at 16 kHz; copied.</param>
    /// <returns>Probability that somebody speaks, 0 to 1.</returns>
    /// <exception cref="ArgumentException">The number of samples is another.</exception>
    /// <exception cref="InferenceException">The graph refuses them.</exception>
    public float Next(VoiceActivityState state, ReadOnlySpan<float> samples)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (samples.Length != FrameSamples)
            throw new ArgumentException($"Expected {FrameSamples} samples, got {samples.Length}.", nameof(samples));
        if (!BatchRunner.IsFinite(samples)) throw new InferenceException(_name, "samples that are no numbers");
        var heard = state.Input;
        heard.Span[FrameSamples..].CopyTo(heard.Span);
        samples.CopyTo(heard.Span[ContextSamples..]);
        try
        {
            using var input = TensorMemory.View(heard, 1, heard.Length);
            using var memory = TensorMemory.View(state.Memory, 2, 1, MemoryLength / 2);
            using var results = _session.Run(_runOptions, [Input, Memory, Rate], [input, memory, _rate], _outputs);
            var probability = results[0].GetTensorDataAsSpan<float>()[0];
            var next = results[1].GetTensorDataAsSpan<float>()[..MemoryLength];
            if (!float.IsFinite(probability) || !BatchRunner.IsFinite(next))
                throw new InferenceException(_name, "a probability that isn't a number");
            next.CopyTo(state.Memory.Span);
            return probability;
        }
        catch (OnnxRuntimeException e)
        {
            throw new InferenceException(_name, e.Message, e);
        }
    }

    public void Dispose()
    {
        _rate.Dispose();
        _runOptions.Dispose();
        _session.Dispose();
    }
}

/// <summary>What a <see cref="VoiceActivityModel"/> remembers of one stream. For one caller at a time.</summary>
public sealed class VoiceActivityState
{
    internal Memory<float> Input { get; } = TensorMemory.Pinned(VoiceActivityModel.ContextSamples + VoiceActivityModel.FrameSamples);

    internal Memory<float> Memory { get; } = TensorMemory.Pinned(VoiceActivityModel.MemoryLength);

    /// <summary>Forgets everything: what comes next is the beginning of something new.</summary>
    public void Reset()
    {
        Input.Span.Clear();
        Memory.Span.Clear();
    }
}
