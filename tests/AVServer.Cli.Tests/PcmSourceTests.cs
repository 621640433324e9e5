using AVServer.Contracts;

namespace AVServer.Cli.Tests;

[Trait("Category", "unit")]
public sealed class PcmSourceTests
{
    [Theory]
    [InlineData(16_000, 1)]
    [InlineData(44_100, 2)]
    public async Task Standard_input_becomes_chunks_on_the_sample_clock(int rate, int channels)
    {
        var bytes = new byte[(rate * channels * 2) + 1];
        new Random(3).NextBytes(bytes);

        var chunks = await PcmSource.Read(new MemoryStream(bytes), new AudioFormat("pcm_s16le", rate, channels), CancellationToken.None)
            .ToListAsync();

        Assert.Equal(bytes.SkipLast(1), chunks.SelectMany(chunk => chunk.Payload.ToArray()));
        long frames = 0;
        foreach (var chunk in chunks)
        {
            Assert.Equal((double)frames / rate, chunk.Time.TotalSeconds, 6);
            frames += chunk.Payload.Length / (2 * channels);
        }
    }
}
