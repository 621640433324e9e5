using AVServer.Contracts;

namespace AVServer.Pipeline.Tests.Speech;

/// <summary>What a stream keeps while somebody speaks without end; measured while no other test runs.</summary>
[Collection(nameof(MonologueMemoryTests))]
[CollectionDefinition(nameof(MonologueMemoryTests), DisableParallelization = true)]
[Trait("Category", "unit")]
public sealed class MonologueMemoryTests
{
    private const int Second = Talk.Rate;

    [Fact]
    public async Task Speech_without_end_keeps_no_more_than_its_last_seconds()
    {
        using var test = PipelineUnderTest.WithEmotion(new FakeTranscriber());
        var samples = Talk.Create(1, 150, (1, 148));
        var hello = new MediaHello(MediaHello.CurrentProtocol, new AudioFormat("pcm_f32le"));
        long early = 0, late = 0;
        var (heard, finals) = (0, 0);

        var chunks = PipelineUnderTest.Chunks(samples, () =>
        {
            heard += Second / 10;
            if (heard == 30 * Second) early = GC.GetTotalMemory(forceFullCollection: true);
            if (heard == 145 * Second) late = GC.GetTotalMemory(forceFullCollection: true);
            return Second / 10;
        }, Talk.Rate);
        await foreach (var happened in test.Pipeline.RunAsync(new StreamRequest("s", hello), chunks, CancellationToken.None))
            finals += happened is EmotionEvent { Final: true } ? 1 : 0;

        Assert.True(finals > 16, $"{finals} utterances");
        // The 115 seconds between as samples would be 7.4 MB; what pools and queues hold by chance is some 3.
        Assert.True(late - early < 5 << 20, $"{(late - early) >> 10} KiB more than after half a minute");
    }
}
