using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using AVServer.Contracts;
using AVServer.Server.Tests.Kit;

namespace AVServer.Soak.Tests;

/// <summary>Four seconds with a word in them, again and again.</summary>
internal static class RepeatedWord
{
    private const int ChunkBytes = 2_560;
    private static readonly byte[] Once = LoudBurst.Make();

    public static MediaHello Hello { get; } = new(MediaHello.CurrentProtocol, new AudioFormat());

    /// <summary>The sound as a WAV file.</summary>
    /// <param name="words">How many words.</param>
    public static byte[] Wav(int words = 1)
    {
        var sound = Enumerable.Repeat(Once, words).SelectMany(once => once).ToArray();
        byte[] header = [.. "RIFF"u8, 0, 0, 0, 0, .. "WAVEfmt "u8, 16, 0, 0, 0, 1, 0, 1, 0, 0x80, 0x3E, 0, 0, 0, 0x7D, 0, 0, 2, 0, 16, 0,
            .. "data"u8, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), 36 + sound.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(40), sound.Length);
        return [.. header, .. sound];
    }

    /// <summary>Chunks as fast as they are taken.</summary>
    /// <param name="words">How many words.</param>
    /// <param name="cancellationToken">Ends them.</param>
    public static async IAsyncEnumerable<MediaChunk> Words(int words,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        for (var at = 0L; at < (long)words * Once.Length && !cancellationToken.IsCancellationRequested; at += ChunkBytes)
            yield return new MediaChunk(MediaKind.Audio, TimeSpan.FromSeconds(at / 32_000.0), Piece(at));
    }

    /// <summary>Words, then nothing until it is cancelled.</summary>
    public static async IAsyncEnumerable<MediaChunk> WordsThenWaiting(int words,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var chunk in Words(words, cancellationToken)) yield return chunk;
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    private static byte[] Piece(long at)
    {
        var piece = new byte[ChunkBytes];
        for (var i = 0; i < piece.Length; i++) piece[i] = Once[(at + i) % Once.Length];
        return piece;
    }
}
