using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>Tells of each 32 ms of sound whether somebody speaks: Silero VAD (https://github.com/snakers4/silero-vad).</summary>
/// <remarks>
/// Stateless and safe to share between threads; what a stream remembers is in its <see cref="VoiceActivityState"/>. Frames that come
/// together are heard together, with the same numbers as one by one.
/// </remarks>
public sealed class VoiceActivityModel : IDisposable
{
    /// <summary>Samples at 16 kHz that one step takes.</summary>
    public const int FrameSamples = 512;

    /// <summary>Samples before a step that the graph sees again.</summary>
    internal const int ContextSamples = 64;

    /// <summary>Most frames that are heard at once.</summary>
    public const int MaximumFrames = 4;

    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly string _name;

    private VoiceActivityModel(ModelManifest manifest, InferenceSession session)
    {
        _session = session;
        _name = manifest.Name;
    }

    /// <summary>Reads the published graph, lays it anew and compares it with the manifest.</summary>
    /// <exception cref="ModelStoreException">The graph can't be read or isn't what the manifest says.</exception>
    public static VoiceActivityModel Load(StoredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Manifest.Kind != ModelKind.VoiceActivity)
            throw new ArgumentException(
                $"Expected a {ModelKind.VoiceActivity}, got the {model.Manifest.Kind} '{model.Manifest.Name}'.", nameof(model));
        InferenceSession session;
        try
        {
            // A frame is far too small to be worth a trip to another device.
            session = SessionFactory.Open(VoiceActivityGraph.Build(model.ReadFile(ModelManifest.MainFile)));
        }
        catch (Exception e) when (e is InvalidDataException or OnnxRuntimeException)
        {
            throw new ModelStoreException(new ModelProblem(
                ModelProblemCode.GraphUnreadable, model.Manifest.Name, $"{ModelManifest.MainFile} to load", e.Message,
                "Run scripts/setup.sh again."));
        }
        try
        {
            Signature.Check(model.Manifest, session);
            return new VoiceActivityModel(model.Manifest, session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Hears the next frames of a stream.</summary>
    /// <param name="state">The stream's; moved on.</param>
    /// <param name="samples">One to <see cref="MaximumFrames"/> times <see cref="FrameSamples"/> samples in [-1, 1) at 16 kHz; copied.
    /// </param>
    /// <param name="voice">Receives for each frame the probability that somebody speaks, 0 to 1.</param>
    /// <exception cref="ArgumentException">The number of samples is another, or <paramref name="voice"/> has another length.</exception>
    /// <exception cref="InferenceException">The graph refuses them.</exception>
    public void Next(VoiceActivityState state, ReadOnlySpan<float> samples, Span<float> voice)
    {
        ArgumentNullException.ThrowIfNull(state);
        var frames = samples.Length / FrameSamples;
        if (frames is < 1 or > MaximumFrames || samples.Length % FrameSamples != 0)
            throw new ArgumentException(
                $"Expected 1 to {MaximumFrames} times {FrameSamples} samples, got {samples.Length}.", nameof(samples));
        if (voice.Length != frames) throw new ArgumentException($"Expected room for {frames} values, got {voice.Length}.", nameof(voice));
        if (!BatchRunner.IsFinite(samples)) throw new InferenceException(_name, "samples that are no numbers");
        var windows = state.Windows[..(frames * VoiceActivityGraph.WindowSamples)];
        for (var frame = 0; frame < frames; frame++)
        {
            var window = windows.Span.Slice(frame * VoiceActivityGraph.WindowSamples, VoiceActivityGraph.WindowSamples);
            state.Context.CopyTo(window);
            samples.Slice(frame * FrameSamples, FrameSamples).CopyTo(window[ContextSamples..]);
            window[^ContextSamples..].CopyTo(state.Context);
        }
        try
        {
            using var input = TensorMemory.View(windows, frames, VoiceActivityGraph.WindowSamples);
            using var hidden = TensorMemory.View(state.Hidden, 1, 1, VoiceActivityGraph.Memory);
            using var cell = TensorMemory.View(state.Cell, 1, 1, VoiceActivityGraph.Memory);
            using var results = _session.Run(
                _runOptions, [VoiceActivityGraph.Windows, VoiceActivityGraph.Hidden, VoiceActivityGraph.Cell], [input, hidden, cell],
                [VoiceActivityGraph.Voice, VoiceActivityGraph.NextHidden, VoiceActivityGraph.NextCell]);
            var nextHidden = results[1].GetTensorDataAsSpan<float>();
            var nextCell = results[2].GetTensorDataAsSpan<float>();
            results[0].GetTensorDataAsSpan<float>().CopyTo(voice);
            if (!BatchRunner.IsFinite(voice) || !BatchRunner.IsFinite(nextHidden) || !BatchRunner.IsFinite(nextCell))
                throw new InferenceException(_name, "a probability that isn't a number");
            nextHidden.CopyTo(state.Hidden.Span);
            nextCell.CopyTo(state.Cell.Span);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InferenceException(_name, e.Message, e);
        }
    }

    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }
}

/// <summary>What a <see cref="VoiceActivityModel"/> remembers of one stream. For one caller at a time.</summary>
public sealed class VoiceActivityState
{
    internal Memory<float> Windows { get; } =
        TensorMemory.Pinned(VoiceActivityModel.MaximumFrames * VoiceActivityGraph.WindowSamples);

    internal float[] Context { get; } = new float[VoiceActivityModel.ContextSamples];

    internal Memory<float> Hidden { get; } = TensorMemory.Pinned(VoiceActivityGraph.Memory);

    internal Memory<float> Cell { get; } = TensorMemory.Pinned(VoiceActivityGraph.Memory);

    /// <summary>Forgets everything: what comes next is the beginning of something new.</summary>
    public void Reset()
    {
        Context.AsSpan().Clear();
        Hidden.Span.Clear();
        Cell.Span.Clear();
    }
}
