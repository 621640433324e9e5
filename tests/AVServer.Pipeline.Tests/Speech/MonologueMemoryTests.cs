using AVServer.Contracts;

namespace AVServer.Pipeline.Tests.Speech;

/// <summary>What a stream keeps while somebody speaks without end; measured while no other test runs.</summary>
[Collection(nameof(MonologueMemoryTests))]
[CollectionDefinition(nameof(MonologueMemoryTests), DisableParallelization = true)]
[Trait("Category", "unit")]
public sealed class MonologueMemoryTests
{
    private const int Second = Talk.Rate;
    private const int Between = 58;   // seconds from one look at the memory to the next

    [Fact]
    public async Task Speech_without_end_keeps_no_more_than_its_last_seconds()
    {
        using var test = PipelineUnderTest.WithEmotion(new FakeTranscriber());
        var samples = Talk.Create(1, 150, (1, 148));
        var hello = new MediaHello(MediaHello.CurrentProtocol, new AudioFormat("pcm_f32le"));
        var kept = new List<long>();
        var (heard, finals) = (0, 0);

        var chunks = PipelineUnderTest.Chunks(samples, () =>
        {
            heard += Second / 10;
            if (heard == (30 + (kept.Count * Between)) * Second) kept.Add(GC.GetTotalMemory(forceFullCollection: true));
            return Second / 10;
        }, Talk.Rate);
        await foreach (var happened in test.Pipeline.RunAsync(new StreamRequest("s", hello), chunks, CancellationToken.None))
            finals += happened is EmotionEvent { Final: true } ? 1 : 0;

        Assert.True(finals > 16, $"{finals} utterances");
        // What is kept of speech grows from look to look; what pools, queues and tests before this one hold by chance comes once.
        var growth = Math.Min(kept[1] - kept[0], kept[2] - kept[1]);
        Assert.True(growth < Between * Second * sizeof(float) / 2, $"{growth >> 10} KiB more with every {Between} s");
    }
}
