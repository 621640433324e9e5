using System.Runtime.CompilerServices;
using AVServer.Contracts;

namespace AVServer.Client;

/// <summary>A file's bytes as the chunks of a stream.</summary>
internal static class ContainerChunks
{
    private const int Bytes = 32 << 10;

    public static async IAsyncEnumerable<MediaChunk> ReadAsync(Stream media, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var payload = new byte[Bytes];
            var read = await media.ReadAsync(payload, cancellationToken);
            if (read == 0) yield break;
            yield return new MediaChunk(MediaKind.Container, TimeSpan.Zero, payload.AsMemory(0, read));
        }
    }
}
