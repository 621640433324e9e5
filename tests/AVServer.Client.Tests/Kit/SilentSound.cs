using System.Runtime.CompilerServices;
using AVServer.Contracts;

namespace AVServer.Client.Tests.Kit;

/// <summary>Silence, 100 ms a chunk.</summary>
internal static class SilentSound
{
    public static MediaHello Hello { get; } = new(MediaHello.CurrentProtocol, Audio: new AudioFormat());

    public static async IAsyncEnumerable<MediaChunk> Chunks(int count, int bytes = 3200)
    {
        for (var i = 0; i < count; i++)
        {
            yield return new MediaChunk(MediaKind.Audio, TimeSpan.FromMilliseconds(100 * i), new byte[bytes]);
            await Task.Yield();
        }
    }

    /// <summary>Some chunks, then nothing until cancelled.</summary>
    public static async IAsyncEnumerable<MediaChunk> ChunksThenWaiting(
        int count, int bytes = 3200, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var chunk in Chunks(count, bytes)) yield return chunk;
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }
}
