using AVServer.Contracts;
using AVServer.Media;
using AVServer.TestKit;

namespace AVServer.Pipeline.Tests.Speech;

/// <summary>
/// The shipped emotion model behind its encoder on made-up talk: what is remembered of a speaker may depend on nothing but the stream's own
/// sound.
/// </summary>
[Trait("Category", "unit")]
public sealed class ShippedEmotionStreamTests(ShippedEmotionStreamTests.Shared shared) : IClassFixture<ShippedEmotionStreamTests.Shared>
{
    private static readonly (double, double)[] Spoken = [(0.5, 2.2), (3.6, 2.7), (7.2, 3.1)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Any_chunking_gives_the_same_estimates_and_so_does_the_file(int seed)
    {
        var samples = Talk.Create(seed, 11, Spoken);
        var random = new Random(seed);

        var whole = await shared.Test.RunAsync(samples, () => samples.Length);
        var cut = await shared.Test.RunAsync(samples, () => random.Next(1, 4_000));

        Assert.Equal(Talk.Identity(whole), Talk.Identity(cut));
        Assert.True(whole.OfType<EmotionEvent>().Count(emotion => emotion.Final) >= 2);
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "talk.wav");
        File.WriteAllBytes(path, Wave.Of(samples));
        Assert.Equal(Talk.Identity(whole), Talk.Identity((await shared.Test.ScoreAsync(path)).Events));
    }

    [Fact]
    public async Task Streams_at_once_remember_each_its_own_speaker()
    {
        var talks = Enumerable.Range(0, 3).Select(i => Talk.Create(30 + i, 11, Spoken)).ToArray();
        var alone = new List<IEnumerable<string>>();
        foreach (var talk in talks) alone.Add(Talk.Identity(await shared.Test.RunAsync(talk, () => 1_280)).ToList());

        var together = await Task.WhenAll(talks.Select((talk, i) => shared.Test.RunAsync(talk, () => 900 + (77 * i), id: $"s{i}")));

        for (var i = 0; i < talks.Length; i++) Assert.Equal(alone[i], Talk.Identity(together[i]));
    }

    [Fact]
    public async Task What_was_said_before_counts_and_goes_with_the_stream()
    {
        // The same utterance at the same place, behind silence, and behind somebody else's talk.
        var second = Talk.Create(5, 12, (8, 3));
        var both = Talk.Create(6, 12, (0.5, 3), (4, 3));
        for (var i = 0; i < both.Length; i++) both[i] = i < 7.5 * Talk.Rate ? both[i] : second[i];

        var fresh = Last(await shared.Test.RunAsync(second, () => 1_280));
        var known = Last(await shared.Test.RunAsync(both, () => 1_280));
        var again = Last(await shared.Test.RunAsync(second, () => 1_280));

        Assert.Equal(fresh.Posteriors, again.Posteriors);
        Assert.NotEqual(fresh.Posteriors["neutral"], known.Posteriors["neutral"], 1e-3f);
    }

    /// <summary>A woman behind a man is judged as if nobody had spoken before, behind herself by how she spoke.</summary>
    [CorporaFact]
    public async Task Speakers_of_one_stream_have_each_their_own_memory()
    {
        var asked = await ReadAsync("03-01-05-01-02-02-02");
        var man = await Task.WhenAll(ReadAsync("03-01-01-01-01-01-01"), ReadAsync("03-01-04-01-01-01-01"));
        var woman = await Task.WhenAll(ReadAsync("03-01-01-01-01-01-02"), ReadAsync("03-01-04-01-01-01-02"));

        var fresh = await JudgeAsync([.. man.Select(sound => new float[sound.Length])]);
        var behindMan = await JudgeAsync(man);
        var behindHerself = await JudgeAsync(woman);

        Assert.InRange(Difference(fresh, behindMan), 0, 0.05);
        Assert.InRange(Difference(fresh, behindHerself), 0.1, 1);

        Task<float[]> ReadAsync(string name) =>
            new MediaFile(new MediaOptions()).ReadAudioAsync(
                Path.Combine(TestPaths.Corpora!, "ravdess", "audio", $"{name}.opus"), Talk.Rate);

        async Task<EmotionEvent> JudgeAsync(float[][] before)
        {
            var pause = new float[Talk.Rate];
            return Last(await shared.Test.RunAsync([.. before.SelectMany(sound => sound.Concat(pause)), .. asked, .. pause], () => 1_280));
        }

        static double Difference(EmotionEvent one, EmotionEvent other) =>
            one.Posteriors.Max(posterior => Math.Abs(posterior.Value - other.Posteriors[posterior.Key]));
    }

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.0005)]
    public async Task Speech_that_is_hardly_there_is_unsure(double gain)
    {
        var samples = Array.ConvertAll(Talk.Create(3, 5, (1, 3)), sample => (float)(sample * gain));

        Assert.All(
            (await shared.Test.RunAsync(samples, () => 1_280)).OfType<EmotionEvent>(),
            emotion => Assert.Equal(EmotionEvent.Unsure, emotion.Label));
    }

    [Fact]
    public async Task Overdriven_speech_is_unsure_and_says_why()
    {
        var samples = Array.ConvertAll(Talk.Create(3, 5, (1, 3)), sample => Math.Clamp(sample * 30, -1, 1));

        var last = Last(await shared.Test.RunAsync(samples, () => 1_280));

        Assert.Equal((EmotionEvent.Unsure, UnsureReason.Clipped), (last.Label, last.Reason));
        Assert.Null(last.Valence);
        Assert.Null(last.Arousal);
    }

    [Fact]
    public async Task Short_speech_is_unsure_and_says_why()
    {
        var last = Last(await shared.Test.RunAsync(Talk.Create(3, 4, (1, 0.4)), () => 1_280));

        Assert.Equal((EmotionEvent.Unsure, UnsureReason.TooShort), (last.Label, last.Reason));
    }

    private static EmotionEvent Last(IEnumerable<StreamEvent> events) => events.OfType<EmotionEvent>().Last(emotion => emotion.Final);

    public sealed class Shared : IDisposable
    {
        internal PipelineUnderTest Test { get; } = PipelineUnderTest.WithShippedModels(
            ("Emotion:Purpose", "test"), ("Speech:Transcriber", "none"), ("Keywords:Shipped", "false"));

        public void Dispose() => Test.Dispose();
    }
}
