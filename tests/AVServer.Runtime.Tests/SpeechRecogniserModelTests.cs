using AVServer.TestKit;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace AVServer.Runtime.Tests;

[Trait("Category", "unit")]
public sealed class SpeechRecogniserModelTests(SpeechRecogniserModelTests.Shared shared) : IClassFixture<SpeechRecogniserModelTests.Shared>
{
    private static readonly float[] Speech = SyntheticSpeech.Create(7, TimeSpan.FromSeconds(2));
    private static readonly int[] Ends = [SpeechRecogniserModel.EndToken, 29889];
    private static readonly int[] ViewGlass = [1776, 12917];
    private static readonly int[] Computer = [20972];

    private SpeechRecogniserModel Recogniser => shared.Recogniser;

    [Fact]
    public void Likelihood_of_several_spellings_is_the_sum_of_each()
    {
        var one = Recogniser.Score(Speech, [ViewGlass], Ends);
        var other = Recogniser.Score(Speech, [Computer], Ends);
        var both = Recogniser.Score(Speech, [ViewGlass, Computer], Ends);

        // In a batch the 8-bit scales are others: the last digits differ.
        Assert.Equal(Math.Log(Math.Exp(one.Text) + Math.Exp(other.Text)), both.Text, 0.5);
        Assert.Equal(2, one.Tokens);
        Assert.True(one is { Text: < 0, End: < 0 });
    }

    /// <summary>The graph has a second way, token by token with a cache: both must agree.</summary>
    [Fact]
    public void Likelihood_is_what_the_decoder_says_token_by_token()
    {
        var expected = StepByStep(Speech, ViewGlass);

        Assert.Equal(expected, Recogniser.Score(Speech, [ViewGlass], Ends).Text, 0.5);
    }

    /// <summary>Only one way of the graph is loaded: it is computed as in the whole one.</summary>
    [Fact]
    public void Cut_decoder_is_the_whole_one_s_to_the_bit()
    {
        var bytes = ModelStore.Open(TestPaths.Models).Get("speech-recogniser").ReadFile(SpeechRecogniserFiles.Decoder);
        using var whole = SessionFactory.Open(bytes);
        using var cut = SessionFactory.Open(GraphCut.Branch(bytes, condition: false, "logits"));
        Assert.Equal(["encoder_hidden_states", "input_ids"], cut.InputMetadata.Keys.Order());
        using var options = new RunOptions();
        var random = new Random(4);
        float[] sound = [.. Enumerable.Range(0, 2 * 37 * 288).Select(_ => random.NextSingle() - 0.5f)];
        using var ids = OrtValue.CreateTensorValueFromMemory(new long[] { 1, 1776, 12917, 1, 20972, 2 }, [2, 3]);
        using var encoded = OrtValue.CreateTensorValueFromMemory(sound, [2, 37, 288]);
        using var none = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, [1, 8, 0, 36]);
        using var useCache = OrtValue.CreateTensorValueFromMemory(new[] { false }, [1]);
        string[] pasts = [.. whole.InputMetadata.Keys.Where(name => name.StartsWith("past_key_values", StringComparison.Ordinal))];

        using var expected = whole.Run(
            options, ["input_ids", "encoder_hidden_states", "use_cache_branch", .. pasts],
            [ids, encoded, useCache, .. Enumerable.Repeat(none, pasts.Length)], ["logits"]);
        using var got = cut.Run(options, ["input_ids", "encoder_hidden_states"], [ids, encoded], ["logits"]);

        Assert.Equal(expected[0].GetTensorDataAsSpan<float>(), got[0].GetTensorDataAsSpan<float>());
    }

    [Fact]
    public void What_is_no_choice_or_has_no_such_output_is_not_cut()
    {
        var model = ModelStore.Open(TestPaths.Models).Get("speech-recogniser");

        Assert.Throws<InvalidDataException>(() => GraphCut.Branch([1, 2, 3], condition: false, "logits"));
        Assert.Throws<InvalidDataException>(() => GraphCut.Branch(model.ReadFile(ModelManifest.MainFile), condition: false, "logits"));
        Assert.Throws<InvalidDataException>(() => GraphCut.Branch(model.ReadFile(SpeechRecogniserFiles.Decoder), condition: true, "words"));
    }

    [Fact]
    public async Task Callers_at_once_get_each_their_own()
    {
        var stretches = Enumerable.Range(0, 4).Select(i => Speech[(i * 4_000)..((i * 4_000) + 12_000)]).ToArray();
        var alone = stretches.Select(stretch => Recogniser.Score(stretch, [ViewGlass, Computer], Ends)).ToArray();

        var together = stretches.Select(stretch => Task.Run(() => Recogniser.Score(stretch, [ViewGlass, Computer], Ends)));

        Assert.Equal(alone, await Task.WhenAll(together));
    }

    [Fact]
    public void Silence_is_scored_and_what_is_no_sound_or_no_text_refused()
    {
        Assert.True(float.IsFinite(Recogniser.Score(new float[16_000], [Computer], Ends).Text));
        Assert.Throws<ArgumentException>(() => Recogniser.Score(new float[SpeechRecogniserModel.MinimumSamples - 1], [Computer], Ends));
        Assert.Throws<ArgumentException>(() => Recogniser.Score(new float[SpeechRecogniserModel.MaximumSamples + 1], [Computer], Ends));
        Assert.Throws<ArgumentException>(() => Recogniser.Score(Speech, [], Ends));
        Assert.Throws<ArgumentException>(() => Recogniser.Score(Speech, [[]], Ends));
        Assert.Throws<ArgumentException>(() => Recogniser.Score(Speech, [[Recogniser.VocabularySize]], Ends));
        Assert.Throws<InferenceException>(() => Recogniser.Score([.. Enumerable.Repeat(float.NaN, 16_000)], [Computer], Ends));
    }

    private static double StepByStep(float[] samples, int[] tokens)
    {
        var stored = ModelStore.Open(TestPaths.Models).Get("speech-recogniser");
        using var encoder = SessionFactory.Open(stored.ReadFile(ModelManifest.MainFile));
        using var decoder = SessionFactory.Open(stored.ReadFile(SpeechRecogniserFiles.Decoder));
        using var options = new RunOptions();
        using var sound = OrtValue.CreateTensorValueFromMemory(samples, [1, samples.Length]);
        using var encoded = encoder.Run(options, ["input_values"], [sound], ["last_hidden_state"]);
        string[] names = [.. decoder.InputMetadata.Keys.Where(name => name.StartsWith("past_key_values", StringComparison.Ordinal))];
        var cache = names.ToDictionary(
            name => name, _ => OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, [1, 8, 0, 36]));
        var (sum, last) = (0.0, SpeechRecogniserModel.BeginToken);
        for (var at = 0; at < tokens.Length; at++)
        {
            using var ids = OrtValue.CreateTensorValueFromMemory(new long[] { last }, [1, 1]);
            using var useCache = OrtValue.CreateTensorValueFromMemory(new[] { at > 0 }, [1]);
            string[] inputs = ["input_ids", "encoder_hidden_states", .. names, "use_cache_branch"];
            string[] outputs = ["logits", .. names.Select(name => name.Replace("past_key_values", "present", StringComparison.Ordinal))];
            var results = decoder.Run(options, inputs, [ids, encoded[0], .. names.Select(name => cache[name]), useCache], outputs);
            var logits = results[0].GetTensorDataAsSpan<float>().ToArray();
            var peak = logits.Max();
            sum += logits[tokens[at]] - peak - Math.Log(logits.Sum(logit => Math.Exp(logit - peak)));
            // What the encoder gave is kept from the first step on; later steps give it empty.
            for (var i = 0; i < names.Length; i++)
                if (at == 0 || names[i].Contains("decoder", StringComparison.Ordinal)) cache[names[i]] = results[i + 1];
            last = tokens[at];
        }
        foreach (var value in cache.Values) value.Dispose();
        return sum;
    }

    public sealed class Shared : IDisposable
    {
        public SpeechRecogniserModel Recogniser { get; } =
            SpeechRecogniserModel.Load(ModelStore.Open(TestPaths.Models).Get("speech-recogniser"));

        public void Dispose() => Recogniser.Dispose();
    }
}
