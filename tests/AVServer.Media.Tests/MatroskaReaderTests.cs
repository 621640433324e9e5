using System.Buffers;
using System.IO.Pipelines;
using AVServer.Media.Matroska;

namespace AVServer.Media.Tests;

[Trait("Category", "unit")]
public sealed class MatroskaReaderTests
{
    private static readonly byte[] Header = [0x1A, 0x45, 0xDF, 0xA3, 0x80];
    private static readonly byte[] UnknownSegment = [0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
    private static readonly byte[] OneAudioTrack = [0x16, 0x54, 0xAE, 0x6B, 0x88, 0xAE, 0x86, 0xD7, 0x81, 1, 0x83, 0x81, 2];
    private static readonly byte[] UnknownCluster = [0x1F, 0x43, 0xB6, 0x75, 0xFF];

    [Fact]
    public async Task Blocks_of_clusters_of_unknown_size_are_read_with_their_times()
    {
        byte[] stream =
        [
            .. Header, .. UnknownSegment, .. OneAudioTrack,
            .. UnknownCluster, 0xE7, 0x82, 0x03, 0xE8, 0xA3, 0x86, 0x81, 0, 5, 0x80, 10, 11,            // 1,000 + 5 ms
            0xEC, 0x83, 1, 2, 3,                                                                        // void
            0xA0, 0x87, 0xA1, 0x85, 0x81, 0xFF, 0xFF, 0, 12,                                            // in a group, 1,000 − 1 ms
            // 2,000 ms, track number of two bytes
            .. UnknownCluster, 0xE7, 0x82, 0x07, 0xD0, 0xA3, 0x85, 0x40, 1, 0, 0, 0x80,
        ];
        var expected = new[] { (1005, new byte[] { 10, 11 }), (999, [12]), (2000, Array.Empty<byte>()) };
        for (int piece = 1; piece < stream.Length; piece += 3)
        {
            var blocks = await ReadAsync(stream, piece);
            Assert.Equal(expected.Select(block => block.Item1), blocks.Select(block => (int)block.Time.TotalMilliseconds));
            Assert.Equal(expected.Select(block => block.Item2), blocks.Select(block => block.Payload));
        }
    }

    [Fact]
    public async Task Timestamp_scale_counts()
    {
        byte[] info = [0x15, 0x49, 0xA9, 0x66, 0x87, 0x2A, 0xD7, 0xB1, 0x83, 0x01, 0x86, 0xA0];   // 100,000 ns
        byte[] stream =
            [.. Header, .. UnknownSegment, .. info, .. OneAudioTrack, .. UnknownCluster, 0xE7, 0x82, 0x03, 0xE8, 0xA3, 0x84, 0x81, 0, 5,
                0x80];
        Assert.Equal(100.5, Assert.Single(await ReadAsync(stream, 64)).Time.TotalMilliseconds);
    }

    [Theory]
    [InlineData("not EBML", new byte[] { 0x52, 0x49, 0x46, 0x46, 0, 0, 0, 0 })]
    [InlineData("no identifier", new byte[] { 0x00, 0x49, 0x46, 0x46, 0, 0, 0, 0 })]
    [InlineData("block of no track", new byte[] { 0x1A, 0x45, 0xDF, 0xA3, 0x80, 0xA3, 0x84, 0x81, 0, 0, 0x80 })]
    [InlineData("block too short", new byte[] { 0x1A, 0x45, 0xDF, 0xA3, 0x80, 0xAE, 0x80, 0xA3, 0x82, 0x81, 0 })]
    [InlineData("empty block", new byte[] { 0x1A, 0x45, 0xDF, 0xA3, 0x80, 0xAE, 0x80, 0xA3, 0x80 })]
    [InlineData("block too large", new byte[] { 0x1A, 0x45, 0xDF, 0xA3, 0x80, 0xA3, 0x08, 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData("number too long", new byte[] { 0x1A, 0x45, 0xDF, 0xA3, 0x80, 0xE7, 0x89, 1, 2, 3, 4, 5, 6, 7, 8, 9 })]
    public async Task Malformed_bytes_are_named(string what, byte[] stream)
    {
        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(stream, 3));
        Assert.True(fault.Message.StartsWith("Expected ", StringComparison.Ordinal), what);
    }

    [Fact]
    public async Task Laced_block_is_refused()
    {
        byte[] stream = [.. Header, .. UnknownSegment, .. OneAudioTrack, .. UnknownCluster, 0xA3, 0x85, 0x81, 0, 0, 0x02, 9];
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(stream, 64));
    }

    [Fact]
    public async Task Damaged_stream_ends_or_is_named_and_nothing_else()
    {
        byte[] sound = await Media.ToneAsync("mkv", "-ar", "8000", "-c:a", "pcm_s16le");
        byte[] good = sound[..20_000];
        for (int seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            byte[] bad = [.. good];
            for (int i = random.Next(1, 20); i > 0; i--) bad[random.Next(random.Next(2) == 0 ? 600 : bad.Length)] = (byte)random.Next(256);
            try
            {
                await ReadAsync(bad[..random.Next(1, bad.Length)], random.Next(1, 4000));
            }
            catch (InvalidDataException)
            {
                // Named: that is what is asked for.
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}: {e}");
            }
        }
    }

    private static async Task<List<(TimeSpan Time, byte[] Payload)>> ReadAsync(byte[] stream, int piece)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var write = Task.Run(async () =>
        {
            for (int at = 0; at < stream.Length; at += piece)
                await pipe.Writer.WriteAsync(stream.AsMemory(at, Math.Min(piece, stream.Length - at)));
            await pipe.Writer.CompleteAsync();
        });
        var blocks = new List<(TimeSpan, byte[])>();
        var reader = new MatroskaReader(pipe.Reader, 1 << 20);
        while (await reader.ReadAsync(CancellationToken.None)) blocks.Add((reader.Time, reader.Payload.ToArray()));
        await write;
        return blocks;
    }
}
