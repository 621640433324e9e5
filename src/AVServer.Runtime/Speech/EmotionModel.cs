using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>Estimates which emotion a stretch of speech expresses, from its sound and, where the model reads, from its words.</summary>
/// <remarks>
/// Stateless and safe to share between threads. A run blocks for some milliseconds. What goes in and out is in <see cref="EmotionSpec"/>.
/// </remarks>
public sealed class EmotionModel : IDisposable
{
    /// <summary>Rows are filled up to a multiple of this, so that the runtime meets few different sizes.</summary>
    private const int RowsAtOnce = 32;

    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly string[] _inputs;
    private readonly string[] _outputs = [EmotionSpec.Logits];

    private EmotionModel(ModelManifest manifest, InferenceSession session)
    {
        Manifest = manifest;
        _session = session;
        _inputs = [.. manifest.Inputs.Select(input => input.Name)];
        FeatureDim = ValuesOf(EmotionSpec.Features);
        DescriptorDim = ValuesOf(EmotionSpec.Descriptors);
        SpeakerDim = ValuesOf(EmotionSpec.Speaker);
        WordDim = ValuesOf(EmotionSpec.Words);
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>How it is fed and read.</summary>
    public EmotionSpec Spec => Manifest.Emotion!;

    /// <summary>The emotions, in the order of the posteriors.</summary>
    public IReadOnlyList<string> Labels => Manifest.Labels;

    /// <summary>Values in a row of the front end; 0 behind an encoder, whose mean is in the descriptors.</summary>
    public int FeatureDim { get; }

    /// <summary>Values that describe an utterance as a whole; 0 where the model takes none.</summary>
    public int DescriptorDim { get; }

    /// <summary>Values that tell what the speaker said before; 0 where the model asks for none.</summary>
    public int SpeakerDim { get; }

    /// <summary>Values in a word's vector; 0 where the model doesn't read.</summary>
    public int WordDim { get; }

    /// <summary>Loads a model and compares the graph with its manifest.</summary>
    /// <exception cref="ModelStoreException">The graph can't be loaded or isn't what the manifest says.</exception>
    public static EmotionModel Load(StoredModel model, SessionFactory? sessions = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Manifest.Kind != ModelKind.Emotion)
            throw new ArgumentException(
                $"Expected an {ModelKind.Emotion}, got the {model.Manifest.Kind} '{model.Manifest.Name}'.", nameof(model));
        var session = (sessions ?? SessionFactory.Cpu).Create(model, ModelManifest.MainFile);
        try
        {
            Signature.Check(model.Manifest, session, EmotionSpec.Frames, EmotionSpec.WordCount);
            return new EmotionModel(model.Manifest, session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Judges stretches of speech together; each as it would be alone.</summary>
    /// <param name="utterances">One or more.</param>
    /// <returns>Calibrated posteriors of each, in the order of <see cref="Labels"/>; they add up to 1.</returns>
    /// <exception cref="ArgumentException">There is none, or one doesn't fit the model.</exception>
    /// <exception cref="InferenceException">The graph refuses them.</exception>
    public float[][] Estimate(params ReadOnlySpan<EmotionInput> utterances)
    {
        if (utterances.IsEmpty) throw new ArgumentException("Expected at least one utterance, got none.", nameof(utterances));
        foreach (var utterance in utterances) Check(utterance);
        var (count, rows) = (utterances.Length, 0);
        foreach (var utterance in utterances) rows = Math.Max(rows, utterance.Frames(FeatureDim));
        rows = (rows + RowsAtOnce - 1) / RowsAtOnce * RowsAtOnce;

        using var sound = TensorMemory.Create([count, rows, FeatureDim], out var features);
        using var voice = TensorMemory.Create([count, DescriptorDim], out var descriptors);
        using var before = TensorMemory.Create([count, SpeakerDim], out var speakers);
        using var text = TensorMemory.Create([count, Spec.MaxWords, WordDim], out var words);
        var (frames, wordCounts) = (new long[count], new long[count]);
        for (var i = 0; i < count; i++)
        {
            var utterance = utterances[i];
            utterance.Features.Span.CopyTo(features[(i * rows * FeatureDim)..]);
            frames[i] = utterance.Frames(FeatureDim);
            utterance.Descriptors.Span.CopyTo(descriptors[(i * DescriptorDim)..]);
            utterance.Speaker.Span.CopyTo(speakers[(i * SpeakerDim)..]);
            if (WordDim == 0) continue;
            utterance.Words.Span.CopyTo(words[(i * Spec.MaxWords * WordDim)..]);
            wordCounts[i] = utterance.Words.Length / WordDim;
        }
        return Run(sound, frames, voice, before, text, wordCounts);
    }

    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }

    private int ValuesOf(string input) => Manifest.Inputs.FirstOrDefault(tensor => tensor.Name == input)?.Shape[^1] ?? 0;

    private float[][] Run(OrtValue sound, long[] frames, OrtValue voice, OrtValue before, OrtValue text, long[] wordCounts)
    {
        var count = frames.Length;
        try
        {
            using var soundLength = OrtValue.CreateTensorValueFromMemory(frames, [count]);
            using var textLength = OrtValue.CreateTensorValueFromMemory(wordCounts, [count]);
            OrtValue[] values =
            [
                .. FeatureDim == 0 ? (OrtValue[])[] : [sound, soundLength], .. DescriptorDim == 0 ? (OrtValue[])[] : [voice],
                .. SpeakerDim == 0 ? (OrtValue[])[] : [before], .. WordDim == 0 ? (OrtValue[])[] : [text, textLength],
            ];
            using var results = _session.Run(_runOptions, _inputs, values, _outputs);
            var logits = results[0].GetTensorDataAsSpan<float>();
            var posteriors = new float[count][];
            for (var i = 0; i < count; i++) posteriors[i] = Softmax(logits.Slice(i * Labels.Count, Labels.Count));
            return posteriors;
        }
        catch (OnnxRuntimeException e)
        {
            throw new InferenceException(Manifest.Name, e.Message, e);
        }
    }

    private float[] Softmax(ReadOnlySpan<float> logits)
    {
        if (!BatchRunner.IsFinite(logits)) throw new InferenceException(Manifest.Name, "a logit that isn't a number");
        var highest = float.NegativeInfinity;
        foreach (var logit in logits) highest = Math.Max(highest, logit);
        var shares = new double[logits.Length];
        for (var i = 0; i < shares.Length; i++) shares[i] = Math.Exp((logits[i] - highest) / Spec.Temperature);
        var sum = shares.Sum();
        return Array.ConvertAll(shares, share => (float)(share / sum));
    }

    private void Check(EmotionInput utterance)
    {
        if (FeatureDim == 0 ? !utterance.Features.IsEmpty : utterance.Features.IsEmpty || utterance.Features.Length % FeatureDim != 0)
            throw new ArgumentException(
                $"Expected rows of {FeatureDim} features, got {utterance.Features.Length} values.", nameof(utterance));
        if (utterance.Descriptors.Length != DescriptorDim)
            throw new ArgumentException($"Expected {DescriptorDim} descriptors, got {utterance.Descriptors.Length}.", nameof(utterance));
        if (utterance.Speaker.Length != SpeakerDim)
            throw new ArgumentException($"Expected {SpeakerDim} values of the speaker, got {utterance.Speaker.Length}.", nameof(utterance));
        if (WordDim == 0 ? !utterance.Words.IsEmpty
            : utterance.Words.Length % WordDim != 0 || utterance.Words.Length > Spec.MaxWords * WordDim)
            throw new ArgumentException(
                $"Expected at most {Spec.MaxWords} rows of {WordDim} values for words, got {utterance.Words.Length} values.",
                nameof(utterance));
    }
}

/// <summary>A stretch of speech as an <see cref="EmotionModel"/> takes it.</summary>
/// <param name="Features">[frames, dim], what the model's front end gives, at least one row; empty behind an encoder; not kept.</param>
/// <param name="Words">[words, dim], vectors of the words; empty without a transcript and for a model that doesn't read; not kept.</param>
/// <param name="Descriptors">What describes the utterance as a whole, from the same front end; empty for a model that takes none; not
/// kept.</param>
/// <param name="Speaker">What the speaker said before, as <see cref="EmotionSpec.Speaker"/> says; empty for a model that doesn't ask; not
/// kept.</param>
public readonly record struct EmotionInput(
    ReadOnlyMemory<float> Features, ReadOnlyMemory<float> Words = default, ReadOnlyMemory<float> Descriptors = default,
    ReadOnlyMemory<float> Speaker = default)
{
    /// <summary>Whether nothing was heard.</summary>
    public bool IsEmpty => Features.IsEmpty && Descriptors.IsEmpty;

    internal int Frames(int dim) => dim == 0 ? 0 : Features.Length / dim;
}
