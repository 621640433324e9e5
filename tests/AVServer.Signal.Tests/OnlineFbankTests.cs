using AVServer.TestKit;
namespace AVServer.Signal.Tests;

[Trait("Category", "unit")]
public sealed class OnlineFbankTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Any_chunking_gives_the_same_frames_bit_for_bit(bool snipEdges)
    {
        var computer = new FbankComputer(new FbankOptions { SnipEdges = snipEdges });
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            float[] samples = SyntheticSound.Noise(random, random.Next(1, 12_000));
            float[] whole = Fbank.Compute(samples, computer);

            float[] chunked = ReadInChunks(new OnlineFbank(computer, chunkSamples: random.Next(2_000)), samples, random);

            Assert.True(
                whole.AsSpan().SequenceEqual(chunked),
                $"Seed {seed}: {whole.Length} values at once, {chunked.Length} in chunks, or they differ.");
        }
    }

    [Fact]
    public void Unread_frames_are_kept_until_read()
    {
        var computer = new FbankComputer(new FbankOptions());
        float[] samples = SyntheticSound.Noise(new Random(1), 48_000);
        var online = new OnlineFbank(computer, chunkSamples: 100);

        for (int i = 0; i < samples.Length; i += 480) online.AcceptSamples(samples.AsSpan(i, 480));

        Assert.Equal(298, online.FramesReady);
        Assert.Equal(0, online.NextFrame);
        Assert.Equal(Fbank.Compute(samples, computer), ReadAll(online));
        Assert.Equal(298, online.NextFrame);
    }

    [Fact]
    public void Thousand_frames_allocate_nothing()
    {
        var online = new OnlineFbank(new FbankOptions(), chunkSamples: 1600);
        float[] chunk = SyntheticSound.Noise(new Random(2), 1600), frame = new float[80];

        Assert.Equal(0, Allocations.LeastOf(() => Run(online, chunk, frame, chunks: 100)));
        Assert.True(online.NextFrame > 1000);
    }

    [Fact]
    public void Streams_that_share_a_computer_do_not_disturb_each_other()
    {
        var computer = new FbankComputer(new FbankOptions());
        float[] a = SyntheticSound.Noise(new Random(3), 8_000), b = SyntheticSound.Noise(new Random(4), 8_000);
        OnlineFbank streamA = new(computer), streamB = new(computer);
        List<float> gotA = [], gotB = [];

        for (int i = 0; i < 8_000; i += 800)
        {
            streamA.AcceptSamples(a.AsSpan(i, 800));
            streamB.AcceptSamples(b.AsSpan(i, 800));
            gotA.AddRange(ReadAll(streamA));
            gotB.AddRange(ReadAll(streamB));
        }

        Assert.Equal(Fbank.Compute(a, computer), gotA);
        Assert.Equal(Fbank.Compute(b, computer), gotB);
    }

    [Fact]
    public void Reset_begins_another_stream()
    {
        var computer = new FbankComputer(new FbankOptions { SnipEdges = false });
        var online = new OnlineFbank(computer);
        online.AcceptSamples(SyntheticSound.Noise(new Random(5), 5_000));
        online.InputFinished();
        ReadAll(online);

        online.Reset();
        float[] samples = SyntheticSound.Noise(new Random(6), 3_000);
        online.AcceptSamples(samples);
        online.InputFinished();

        Assert.Equal(Fbank.Compute(samples, computer), ReadAll(online));
    }

    [Fact]
    public void Samples_after_the_end_of_input_are_refused()
    {
        var online = new OnlineFbank(new FbankOptions());
        online.InputFinished();

        Assert.Throws<InvalidOperationException>(() => online.AcceptSamples([0f]));
    }

    [Fact]
    public void Digital_silence_gives_the_logarithm_of_the_floor()
    {
        float[] features = Fbank.Compute(new float[1600], new FbankOptions());

        Assert.All(features, value => Assert.Equal(-15.942385, value, 1e-5));
    }

    [Fact]
    public void Wrong_length_of_a_vector_is_refused()
    {
        var online = new OnlineFbank(new FbankOptions { Mels = 40 });

        Assert.Throws<ArgumentException>(() => online.TryRead(new float[80]));
    }

    private static void Run(OnlineFbank online, float[] chunk, float[] frame, int chunks)
    {
        for (int i = 0; i < chunks; i++)
        {
            online.AcceptSamples(chunk);
            while (online.TryRead(frame)) { }
        }
    }

    private static float[] ReadInChunks(OnlineFbank online, ReadOnlySpan<float> samples, Random random)
    {
        var got = new List<float>();
        while (!samples.IsEmpty)
        {
            int take = Math.Min(samples.Length, random.Next(1, random.Next(2, 3_000)));
            online.AcceptSamples(samples[..take]);
            samples = samples[take..];
            if (random.Next(3) > 0) got.AddRange(ReadAll(online));
        }
        online.InputFinished();
        got.AddRange(ReadAll(online));
        return [.. got];
    }

    private static float[] ReadAll(OnlineFbank online)
    {
        var got = new List<float>();
        var frame = new float[online.Computer.Dim];
        while (online.TryRead(frame)) got.AddRange(frame);
        return [.. got];
    }
}
