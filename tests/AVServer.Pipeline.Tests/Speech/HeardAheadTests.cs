using AVServer.Contracts;
using AVServer.Runtime;
using AVServer.TestKit;

namespace AVServer.Pipeline.Tests.Speech;

/// <summary>What is done for the final estimate before the utterance is over: it comes sooner, and is the same.</summary>
[Trait("Category", "unit")]
public sealed class HeardAheadTests(HeardAheadTests.Shared shared) : IClassFixture<HeardAheadTests.Shared>
{
    private const int Chunk = AudioClock.StepSamples;
    private const double WindowSeconds = 2;

    private static readonly float[] Sound = Talk.Create(9, 14, (0, 14));

    [Fact]
    public void Ending_that_was_prepared_is_not_heard_again()
    {
        var (prepared, plain) = (Extractor(), Extractor());
        var sound = Ring();

        prepared.Prepare(sound, 0, 50_000);

        // Nothing can be read of an empty ring.
        AssertSame(plain.ExtractWhole(sound, 0, 50_000), prepared.ExtractWhole(new SampleRing(1), 0, 50_000));
    }

    /// <summary>The voice goes on after each: neither the estimates nor what is remembered of the speaker may know of it.</summary>
    [Fact]
    public void Endings_that_did_not_come_leave_no_trace()
    {
        var (prepared, plain) = (Extractor(), Extractor());
        var sound = Ring();
        foreach (var (first, count) in ((long, int)[])[(0, 51_000), (60_000, 70_000), (130_000, 90_000)])
        {
            prepared.Begin();
            plain.Begin();
            for (var heard = AudioClock.SampleRateHz; heard < count; heard += AudioClock.SampleRateHz)
            {
                prepared.Prepare(sound, first, heard - 9_000);
                AssertSame(plain.ExtractSoFar(sound, first, heard), prepared.ExtractSoFar(sound, first, heard));
                prepared.Prepare(sound, first, heard + 500);
            }

            AssertSame(plain.ExtractWhole(sound, first, count), prepared.ExtractWhole(sound, first, count));
        }
    }

    /// <summary>While a pause lasts, the window that is due at a whole second may reach into it.</summary>
    [Fact]
    public void Window_that_is_heard_between_preparation_and_end_counts()
    {
        var (prepared, plain) = (Extractor(), Extractor());
        var sound = Ring();

        prepared.Prepare(sound, 0, 30_000);
        AssertSame(plain.ExtractSoFar(sound, 0, 33_000), prepared.ExtractSoFar(sound, 0, 33_000));

        AssertSame(plain.ExtractWhole(sound, 0, 30_000), prepared.ExtractWhole(sound, 0, 30_000));
    }

    /// <summary>Pauses of many lengths about the one that ends an utterance: endings that come, and endings that don't.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Live_stream_is_told_what_the_file_is(int seed)
    {
        var spoken = Enumerable.Range(0, 9).Select(i => (Start: (0.9 * i) + (0.07 * i * (i - 1) / 2), Length: 0.6)).ToArray();
        var samples = Talk.Create(seed, 13, spoken);
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "talk.wav");
        File.WriteAllBytes(path, Wave.Of(samples));

        var file = (await shared.Test.ScoreAsync(path)).Events.OfType<EmotionEvent>().Select(Exact).ToArray();

        Assert.True(file.Length >= 4, $"{file.Length} estimates");
        var random = new Random(seed);
        foreach (var chunk in (Func<int>[])[() => Chunk, () => 320, () => samples.Length, () => random.Next(1, 4_000)])
            Assert.Equal(file, (await shared.Test.RunAsync(samples, chunk)).OfType<EmotionEvent>().Select(Exact));
    }

    /// <summary>The pause's last step is heard with the chunk that brings it, not with the one behind it.</summary>
    [Fact]
    public async Task Final_estimate_comes_before_any_sound_behind_the_pause()
    {
        var samples = Talk.Create(1, 6, (0.5, 2));
        var final = (await shared.Test.RunAsync(samples, () => Chunk)).OfType<EmotionEvent>().First(estimate => estimate.Final);
        var enough = (int)Math.Ceiling(final.EstimatedAt / AudioClock.Step);
        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hello = new MediaHello(MediaHello.CurrentProtocol, new AudioFormat("pcm_f32le"));

        await foreach (var happened in shared.Test.Pipeline.RunAsync(new StreamRequest("s", hello), Enough(), CancellationToken.None))
            if (happened is EmotionEvent { Final: true } estimate && Exact(estimate) == Exact(final)) came.TrySetResult();

        Assert.True(came.Task.IsCompletedSuccessfully);

        async IAsyncEnumerable<MediaChunk> Enough()
        {
            await foreach (var chunk in PipelineUnderTest.Chunks(samples[..(enough * Chunk)], () => Chunk, Talk.Rate)) yield return chunk;
            await came.Task.WaitAsync(TestTimeout.Longest);
        }
    }

    private static string Exact(EmotionEvent e) =>
        $"{e.Label} {e.Start.Ticks}-{e.End.Ticks} {e.Final} at {e.EstimatedAt.Ticks} {string.Join(' ', e.Posteriors.Values)}";

    private static SampleRing Ring()
    {
        var ring = new SampleRing(Sound.Length);
        ring.Append(Sound);
        return ring;
    }

    private static void AssertSame(EmotionInput expected, EmotionInput got)
    {
        Assert.Equal(expected.Descriptors.ToArray(), got.Descriptors.ToArray());
        Assert.Equal(expected.Speaker.ToArray(), got.Speaker.ToArray());
    }

    private EncoderFeatureExtractor Extractor() => new(shared.Encoder, WindowSeconds, shared.Speakers);

    public sealed class Shared : IDisposable
    {
        private readonly ModelStore _store = ModelStore.Open(TestPaths.Models);

        public Shared() => (Encoder, Speakers) =
            (SpeechEncoder.Load(_store.Get("speech-encoder")), SpeakerEmbedding.Load(_store.Get("speaker-embedding")));

        internal PipelineUnderTest Test { get; } = PipelineUnderTest.WithShippedModels(
            ("Emotion:Purpose", "test"), ("Speech:Transcriber", "none"), ("Keywords:Shipped", "false"));

        internal SpeechEncoder Encoder { get; }

        internal SpeakerEmbedding Speakers { get; }

        public void Dispose()
        {
            Encoder.Dispose();
            Speakers.Dispose();
            Test.Dispose();
        }
    }
}
