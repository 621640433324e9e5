using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace AVServer.Runtime;

/// <summary>A recogniser that is asked how well a stretch of sound fits a text: its decoder is led along the text's tokens.</summary>
/// <remarks>
/// Moonshine (Jeffries et al., arXiv 2410.15608): an encoder over samples, a decoder over tokens, the first of them
/// <see cref="BeginToken"/>. Its 8-bit scales follow what they are given: the same sound and spellings give the same numbers.
/// Stateless and safe to share between threads. A run blocks for some tens of milliseconds.
/// </remarks>
public sealed class SpeechRecogniserModel : IDisposable
{
    /// <summary>Samples per second.</summary>
    public const int SampleRateHz = 16_000;

    /// <summary>Fewest samples of a stretch, 0.25 s.</summary>
    public const int MinimumSamples = SampleRateHz / 4;

    /// <summary>Most samples of a stretch, 10 s.</summary>
    public const int MaximumSamples = 10 * SampleRateHz;

    /// <summary>Token before the text's first.</summary>
    public const int BeginToken = 1;

    /// <summary>Token behind the text's last.</summary>
    public const int EndToken = 2;

    private const string Logits = "logits";

    /// <summary>A probability below which no logarithm is taken.</summary>
    private const double LeastEnd = 1e-30;

    private static readonly string[] DecoderInputs = ["input_ids", "encoder_hidden_states"];

    private readonly InferenceSession _encoder;
    private readonly InferenceSession _decoder;
    private readonly RunOptions _runOptions = new();
    private readonly string[] _encoderInput;
    private readonly string[] _encoderOutput;

    private SpeechRecogniserModel(ModelManifest manifest, InferenceSession encoder, InferenceSession decoder)
    {
        (Manifest, _encoder, _decoder) = (manifest, encoder, decoder);
        (_encoderInput, _encoderOutput) = ([manifest.Inputs[0].Name], [manifest.Outputs[0].Name]);
        VocabularySize = decoder.OutputMetadata[Logits].Dimensions[^1];
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Tokens that there are.</summary>
    public int VocabularySize { get; }

    /// <summary>Loads encoder and decoder and compares them with the manifest.</summary>
    /// <exception cref="ModelStoreException">A graph can't be loaded, or isn't what the manifest says.</exception>
    public static SpeechRecogniserModel Load(StoredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Manifest.Kind != ModelKind.SpeechRecogniser)
        {
            throw new ArgumentException(
                $"Expected a {ModelKind.SpeechRecogniser}, got the {model.Manifest.Kind} '{model.Manifest.Name}'.", nameof(model));
        }
        var encoder = SessionFactory.OpenPublished(model, ModelManifest.MainFile);
        InferenceSession? decoder = null;
        try
        {
            Signature.Check(model.Manifest, encoder);
            decoder = OpenDecoder(model);
            return new SpeechRecogniserModel(model.Manifest, encoder, decoder);
        }
        catch
        {
            encoder.Dispose();
            decoder?.Dispose();
            throw;
        }
    }

    /// <summary>Says how well sound fits a text.</summary>
    /// <param name="samples">16 kHz, in [-1, 1), <see cref="MinimumSamples"/> to <see cref="MaximumSamples"/>; not kept.</param>
    /// <param name="spellings">Ways to write the text, each as tokens; at least one, none empty.</param>
    /// <param name="ends">Tokens that may stand behind it: its end, or a mark that closes it.</param>
    /// <exception cref="ArgumentException">The stretch is too short or too long, or a spelling isn't one.</exception>
    /// <exception cref="InferenceException">A sample is no number, or a graph refuses them.</exception>
    public TextLikelihood Score(ReadOnlySpan<float> samples, IReadOnlyList<int[]> spellings, IReadOnlyList<int> ends)
    {
        ArgumentNullException.ThrowIfNull(spellings);
        ArgumentNullException.ThrowIfNull(ends);
        if (samples.Length is < MinimumSamples or > MaximumSamples)
            throw new ArgumentException($"Expected {MinimumSamples} to {MaximumSamples} samples, got {samples.Length}.", nameof(samples));
        if (spellings.Count == 0 || !spellings.All(IsSpelling))
            throw new ArgumentException($"Expected spellings of tokens below {VocabularySize}, got others.", nameof(spellings));
        if (!BatchRunner.IsFinite(samples)) throw new InferenceException(Manifest.Name, "samples that are no numbers");
        try
        {
            using var input = TensorMemory.Copy(samples, 1, samples.Length);
            using var vectors = _encoder.Run(_runOptions, _encoderInput, [input], _encoderOutput);
            return Decode(vectors[0], spellings, ends);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InferenceException(Manifest.Name, e.Message, e);
        }
    }

    public void Dispose()
    {
        _runOptions.Dispose();
        _decoder.Dispose();
        _encoder.Dispose();
    }

    private bool IsSpelling(int[] tokens) => tokens.Length > 0 && tokens.All(token => token >= 0 && token < VocabularySize);

    // Its graph has two ways: the whole text at once, and token by token with a cache, which is never gone here.
    private static InferenceSession OpenDecoder(StoredModel model)
    {
        var decoder = SessionFactory.OpenPublished(
            model, SpeechRecogniserFiles.Decoder, graph => GraphCut.Branch(graph, condition: false, Logits));
        if (decoder.InputMetadata.Keys.Order().SequenceEqual(DecoderInputs.Order())) return decoder;
        using (decoder)
            throw new ModelStoreException(new ModelProblem(
                ModelProblemCode.GraphUnreadable,
                model.Manifest.Name,
                $"{SpeechRecogniserFiles.Decoder} that makes {Logits} of {string.Join(" and ", DecoderInputs)}",
                string.Join(", ", decoder.InputMetadata.Keys),
                "Run scripts/setup.sh again."));
    }

    // All spellings in one batch; behind a shorter one stand tokens that nothing before them sees.
    private TextLikelihood Decode(OrtValue vectors, IReadOnlyList<int[]> spellings, IReadOnlyList<int> ends)
    {
        var length = spellings.Max(tokens => tokens.Length) + 1;
        using var tokens = Tokens(spellings, length);
        using var encoded = Repeat(vectors, spellings.Count);
        using var results = _decoder.Run(_runOptions, DecoderInputs, [tokens, encoded], [Logits]);
        var logits = results[0].GetTensorDataAsSpan<float>();
        var (best, sum, texts) = (0, 0.0, new double[spellings.Count]);
        for (var i = 0; i < spellings.Count; i++)
        {
            for (var at = 0; at < spellings[i].Length; at++)
            {
                var row = Row(logits, (i * length) + at);
                texts[i] += row[spellings[i][at]] - LogSum(row);
            }
            if (texts[i] > texts[best]) best = i;
        }
        foreach (var text in texts) sum += Math.Exp(text - texts[best]);
        var behind = Row(logits, (best * length) + spellings[best].Length);
        var end = 0.0;
        var all = LogSum(behind);
        foreach (var token in ends) end += Math.Exp(behind[token] - all);
        return new TextLikelihood((float)(texts[best] + Math.Log(sum)), (float)Math.Log(Math.Max(end, LeastEnd)), spellings[best].Length);
    }

    private ReadOnlySpan<float> Row(ReadOnlySpan<float> logits, int position) => logits.Slice(position * VocabularySize, VocabularySize);

    // ln of the sum of e to each: what a logit lies below is the logarithm of its probability.
    private static double LogSum(ReadOnlySpan<float> row)
    {
        var peak = TensorPrimitives.Max(row);
        var sum = 0.0;
        foreach (var logit in row) sum += Math.Exp(logit - peak);
        return peak + Math.Log(sum);
    }

    private static OrtValue Tokens(IReadOnlyList<int[]> spellings, int length)
    {
        var tensor = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Int64, [spellings.Count, length]);
        var values = tensor.GetTensorMutableDataAsSpan<long>();
        values.Fill(EndToken);
        for (var i = 0; i < spellings.Count; i++)
        {
            values[i * length] = BeginToken;
            for (var at = 0; at < spellings[i].Length; at++) values[(i * length) + 1 + at] = spellings[i][at];
        }
        return tensor;
    }

    private static OrtValue Repeat(OrtValue vectors, int times)
    {
        var shape = vectors.GetTensorTypeAndShape().Shape;
        var source = vectors.GetTensorDataAsSpan<float>();
        var tensor = TensorMemory.Create([times, shape[1], shape[2]], out var values);
        for (var i = 0; i < times; i++) source.CopyTo(values[(i * source.Length)..]);
        return tensor;
    }
}
