using AVServer.TestKit;

namespace AVServer.Runtime.Tests;

[Trait("Category", "unit")]
public sealed class EmotionModelTests : IDisposable
{
    private static readonly FakeEmotion Fake = new() { Gain = 2, Centre = 0.1f, WordGain = 0.5f, Temperature = 1.4 };

    private readonly TemporaryFolder _models = new();
    private readonly EmotionModel _model;

    public EmotionModelTests()
    {
        Fake.WriteWithVoiceActivity(_models.Path);
        _model = EmotionModel.Load(ModelStore.Open(_models.Path).Get("emotion"));
    }

    public void Dispose()
    {
        _model.Dispose();
        _models.Dispose();
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(31, 1)]
    [InlineData(32, 5)]
    [InlineData(750, 128)]
    public void Posteriors_are_the_softmax_of_the_logits_by_temperature(int frames, int words)
    {
        var input = Utterance(new Random(frames), frames, words);

        var got = Assert.Single(_model.Estimate(input));

        Assert.Equal((96, 100), (_model.FeatureDim, _model.WordDim));
        AssertClose(Fake.Posteriors(input.Features.ToArray().Average(), words == 0 ? 0 : input.Words.ToArray().Sum() / words), got);
        Assert.Equal(1, got.Sum(), 1e-5f);
    }

    [Fact]
    public void Utterances_judged_together_are_as_each_alone()
    {
        var random = new Random(5);
        var utterances = Enumerable.Range(0, 7).Select(i => Utterance(random, 20 + (97 * i), i)).ToArray();

        var together = _model.Estimate(utterances);

        for (var i = 0; i < utterances.Length; i++) AssertClose(_model.Estimate(utterances[i])[0], together[i]);
    }

    [Fact]
    public async Task Callers_at_once_get_each_their_own()
    {
        var random = new Random(6);
        var utterances = Enumerable.Range(0, 16).Select(i => Utterance(random, 10 + (31 * i), i % 3)).ToArray();
        var alone = utterances.Select(utterance => _model.Estimate(utterance)[0]).ToArray();

        var at = await Task.WhenAll(utterances.Select(utterance => Task.Run(() => _model.Estimate(utterance)[0])));

        for (var i = 0; i < utterances.Length; i++) AssertClose(alone[i], at[i]);
    }

    [Fact]
    public void What_does_not_fit_the_model_is_refused()
    {
        Assert.Throws<ArgumentException>(() => _model.Estimate());
        Assert.Throws<ArgumentException>(() => _model.Estimate(default(EmotionInput)));
        Assert.Throws<ArgumentException>(() => _model.Estimate(new EmotionInput(new float[95])));
        Assert.Throws<ArgumentException>(() => _model.Estimate(new EmotionInput(new float[96], new float[99])));
        Assert.Throws<ArgumentException>(() => _model.Estimate(new EmotionInput(new float[96], new float[129 * 100])));
        Assert.Throws<InferenceException>(() => _model.Estimate(new EmotionInput(Enumerable.Repeat(float.NaN, 96).ToArray())));
    }

    [Fact]
    public void Model_without_words_only_hears()
    {
        using var folder = new TemporaryFolder();
        var deaf = new FakeEmotion { FrontEnd = "lightSerNet", WordVectors = null, Gain = 3 };
        deaf.Write(folder.Path);
        using var model = EmotionModel.Load(ModelStore.Open(folder.Path).Get("emotion"));
        var features = Enumerable.Range(0, 80).Select(i => i / 80f).ToArray();

        AssertClose(deaf.Posteriors(features.Average(), 0), model.Estimate(new EmotionInput(features))[0]);
        Assert.Throws<ArgumentException>(() => model.Estimate(new EmotionInput(features, new float[100])));
    }

    [Fact]
    public void Descriptors_of_each_utterance_are_heard_beside_its_frames()
    {
        using var folder = new TemporaryFolder();
        var voice = new FakeEmotion { FrontEnd = "voice", Descriptors = 3, WordVectors = null };
        voice.Write(folder.Path);
        using var model = EmotionModel.Load(ModelStore.Open(folder.Path).Get("emotion"));
        var features = Enumerable.Repeat(0.25f, 192).ToArray();

        var got = model.Estimate(
            new EmotionInput(features, default, new[] { 1f, -2, 0.5f }),
            new EmotionInput(features.AsMemory(0, 96), default, new[] { 0f, 3, 0 }));

        Assert.Equal(3, model.DescriptorDim);
        AssertClose(voice.Posteriors(0.25f, 0, -0.5f), got[0]);
        AssertClose(voice.Posteriors(0.25f, 0, 3), got[1]);
        Assert.Throws<ArgumentException>(() => model.Estimate(new EmotionInput(features)));
        Assert.Throws<ArgumentException>(() => _model.Estimate(new EmotionInput(features, default, new float[3])));
    }

    [Fact]
    public void Word_vectors_that_are_not_there_are_asked_for()
    {
        using var folder = new TemporaryFolder();
        new FakeEmotion { WordVectors = "no-such" }.Write(folder.Path);

        var problem = Assert.Single(Assert.Throws<ModelStoreException>(() => ModelStore.Open(folder.Path)).Problems);
        Assert.Equal(ModelProblemCode.ReferenceMissing, problem.Code);
        using var other = new TemporaryFolder();
        new FakeEmotion { WordVotes = "no-such" }.WriteWithVoiceActivity(other.Path);
        problem = Assert.Single(Assert.Throws<ModelStoreException>(() => ModelStore.Open(other.Path)).Problems);
        Assert.Equal(ModelProblemCode.ReferenceMissing, problem.Code);
        Assert.Contains("'no-such'", problem.Expected, StringComparison.Ordinal);
    }

    private static EmotionInput Utterance(Random random, int frames, int words) =>
        new(
            Enumerable.Range(0, frames * 96).Select(_ => random.NextSingle()).ToArray(),
            Enumerable.Range(0, words * 100).Select(_ => random.NextSingle() / 20).ToArray());

    private static void AssertClose(float[] expected, float[] got) =>
        Assert.All(expected.Zip(got), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
}
