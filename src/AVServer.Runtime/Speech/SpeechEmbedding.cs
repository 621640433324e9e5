using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>Google's speech embedding: 16 kHz samples in, one 96-d vector each 80 ms out.</summary>
/// <remarks>
/// Stateless and safe to share between threads; what a stream has heard is in its <see cref="EmbeddingState"/>. Vector k belongs to samples
/// [1280·k, 1280·(k+1)) and sees the 12,000 samples before them too; before a stream's first sample there is silence.
/// The mel model floors its output relative to the loudest of its input, so it is always given exactly one step and the 480 samples before:
/// the same samples give the same vectors bit for bit, however they were cut. Follows openWakeWord's streaming front end. A step takes
/// about a millisecond.
/// </remarks>
public sealed class SpeechEmbedding : IDisposable
{
    /// <summary>Rate of the samples.</summary>
    public const int SampleRateHz = 16000;

    /// <summary>Samples from one vector to the next, 80 ms.</summary>
    public const int StepSamples = 1280;

    /// <summary>Values in a vector.</summary>
    public const int Dim = 96;

    /// <summary>Samples before a step that its vector depends on.</summary>
    public const int ContextSamples = (ContextSteps * StepSamples) + OverlapSamples;

    internal const int OverlapSamples = 480;
    internal const int MelsPerFrame = 32;
    internal const int FramesPerStep = 8;
    internal const int FramesPerVector = 76;
    internal const int ContextSteps = 9;

    // A step brings 8 frames and a vector sees 76: the first vector of a stretch begins at the fifth frame of its context.
    private const int FirstFrame = 4;

    private readonly InferenceSession _mel;
    private readonly InferenceSession _embedding;
    private readonly StretchEmbedding _stretch;
    private readonly ConcurrentQueue<EmbeddingBuffers> _idle = new();
    private readonly EmbeddingState _silence;
    private bool _isDisposed;

    private SpeechEmbedding(ModelManifest manifest, InferenceSession mel, InferenceSession embedding, StretchEmbedding stretch)
    {
        Manifest = manifest;
        _mel = mel;
        _embedding = embedding;
        _stretch = stretch;
        _silence = new EmbeddingState();
        Prime(_silence, new float[ContextSamples]);
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Loads the embedding and its mel front end.</summary>
    /// <exception cref="ModelStoreException">A graph can't be loaded or isn't what the manifest says.</exception>
    public static SpeechEmbedding Load(StoredModel model, SessionFactory? sessions = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Manifest.Kind != ModelKind.SpeechEmbedding)
            throw new ArgumentException(
                $"Expected a {ModelKind.SpeechEmbedding}, got the {model.Manifest.Kind} '{model.Manifest.Name}'.", nameof(model));
        sessions ??= SessionFactory.Cpu;
        // The mel front end is too small for a device's round trip.
        var mel = SessionFactory.Cpu.Create(model, SpeechEmbeddingFiles.Mel);
        InferenceSession? embedding = null;
        try
        {
            embedding = sessions.Create(model, ModelManifest.MainFile);
            Signature.Check(model.Manifest, embedding);
            return new SpeechEmbedding(model.Manifest, mel, embedding, new StretchEmbedding(model, sessions));
        }
        catch
        {
            embedding?.Dispose();
            mel.Dispose();
            throw;
        }
    }

    /// <summary>The state of a new stream, before which there was silence.</summary>
    public EmbeddingState CreateState() => new(_silence);

    /// <summary>Embeds the next step of a stream.</summary>
    /// <param name="state">What the stream has heard; advanced by one step.</param>
    /// <param name="samples">The next <see cref="StepSamples"/> samples in [-1, 1); not kept.</param>
    /// <param name="vector">Receives <see cref="Dim"/> values.</param>
    public void Step(EmbeddingState state, ReadOnlySpan<float> samples, Span<float> vector)
    {
        ArgumentNullException.ThrowIfNull(state);
        Expect(StepSamples, samples.Length, nameof(samples));
        Expect(Dim, vector.Length, nameof(vector));
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var buffers = Rent();
        try
        {
            Listen(buffers, state, samples);
            state.CopyFrames(buffers.Window);
            buffers.RunEmbedding();
            buffers.Vector.CopyTo(vector);
        }
        finally
        {
            _idle.Enqueue(buffers);
        }
    }

    /// <summary>Begins a stream in the midst of sound: takes in what came before its first step, without embedding it.</summary>
    /// <param name="state">Forgets all and hears <paramref name="context"/> instead.</param>
    /// <param name="context">The <see cref="ContextSamples"/> samples before the next step; zeros where the sound had not begun.</param>
    public void Prime(EmbeddingState state, ReadOnlySpan<float> context)
    {
        ArgumentNullException.ThrowIfNull(state);
        Expect(ContextSamples, context.Length, nameof(context));
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        state.Tail.Clear();
        context[..OverlapSamples].CopyTo(state.Tail);
        var buffers = Rent();
        try
        {
            for (var at = OverlapSamples; at < context.Length; at += StepSamples) Listen(buffers, state, context.Slice(at, StepSamples));
        }
        finally
        {
            _idle.Enqueue(buffers);
        }
    }

    /// <summary>
    /// Embeds a stretch of sound at once: what priming and stepping through would give, to a ten-thousandth, for a fraction of the work.
    /// </summary>
    /// <param name="state">Forgets all; afterwards it has heard the stretch, so that stepping goes on from there.</param>
    /// <param name="samples"><see cref="ContextSamples"/> samples of context, then any number of steps.</param>
    /// <param name="vectors">Receives <see cref="Dim"/> values for each step, oldest first.</param>
    public void Embed(EmbeddingState state, ReadOnlySpan<float> samples, Span<float> vectors)
    {
        ArgumentNullException.ThrowIfNull(state);
        var steps = (samples.Length - ContextSamples) / StepSamples;
        Expect(ContextSamples + (Math.Max(steps, 0) * StepSamples), samples.Length, nameof(samples));
        Expect(steps * Dim, vectors.Length, nameof(vectors));
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        const int stepLength = FramesPerStep * MelsPerFrame;
        var frames = new float[(ContextSteps + steps) * stepLength];
        samples[..OverlapSamples].CopyTo(state.Tail);
        var buffers = Rent();
        try
        {
            for (var i = 0; i < ContextSteps + steps; i++)
            {
                Listen(buffers, state, samples.Slice(OverlapSamples + (i * StepSamples), StepSamples));
                state.CopyNewest(frames.AsSpan(i * stepLength, stepLength));
            }
        }
        finally
        {
            _idle.Enqueue(buffers);
        }
        _stretch.Run(frames.AsSpan(FirstFrame * MelsPerFrame), vectors);
    }

    /// <summary>Frees the sessions; no call may be under way.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        while (_idle.TryDequeue(out var buffers)) buffers.Dispose();
        _stretch.Dispose();
        _embedding.Dispose();
        _mel.Dispose();
    }

    private EmbeddingBuffers Rent() =>
        _idle.TryDequeue(out var buffers) ? buffers
            : new EmbeddingBuffers(_mel, _embedding, Manifest.Inputs[0].Name, Manifest.Outputs[0].Name);

    private static void Listen(EmbeddingBuffers buffers, EmbeddingState state, ReadOnlySpan<float> samples)
    {
        var heard = buffers.Samples;
        state.Tail.CopyTo(heard);
        samples.CopyTo(heard[OverlapSamples..]);
        samples[^OverlapSamples..].CopyTo(state.Tail);
        // The front end was trained on 16-bit numbers.
        foreach (ref var sample in heard) sample *= 32768;
        buffers.RunMel();
        state.AddFrames(buffers.Mels);
    }

    private static void Expect(int expected, int got, string name)
    {
        if (expected != got) throw new ArgumentException($"Expected {expected} values, got {got}.", name);
    }
}
