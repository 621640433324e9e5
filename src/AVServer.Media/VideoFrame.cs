using System.Buffers;

namespace AVServer.Media;

/// <summary>One picture.</summary>
/// <remarks>
/// A container's pictures come every few milliseconds and are large, so their memory is used again: who receives one holds it and calls
/// <see cref="Release"/> when done; whoever keeps it beside him calls <see cref="Hold"/> first. A picture that nobody releases is merely
/// collected.
/// </remarks>
/// <param name="Time">When it is shown; strictly rising within a stream.</param>
/// <param name="Width">Picture elements a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Format">What <paramref name="Pixels"/> holds.</param>
/// <param name="Pixels">A JPEG file, or rows from the top without padding; not to be read after the last <see cref="Release"/>.</param>
public sealed record VideoFrame(TimeSpan Time, int Width, int Height, PixelFormat Format, ReadOnlyMemory<byte> Pixels) : MediaItem
{
    private byte[]? _pooled;
    private int _holders = 1;

    /// <summary>Copies pixels into memory that comes back with <see cref="Release"/>.</summary>
    internal static VideoFrame Copy(TimeSpan time, int width, int height, PixelFormat format, in ReadOnlySequence<byte> pixels)
    {
        var memory = ArrayPool<byte>.Shared.Rent((int)pixels.Length);
        pixels.CopyTo(memory);
        return new VideoFrame(time, width, height, format, memory.AsMemory(0, (int)pixels.Length)) { _pooled = memory };
    }

    /// <summary>Says that one more holds the picture.</summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>Says that one less does; with the last the memory is given back.</summary>
    /// <exception cref="InvalidOperationException">Nobody held it any longer.</exception>
    public void Release()
    {
        var holders = Interlocked.Decrement(ref _holders);
        if (holders < 0) throw new InvalidOperationException("Expected a picture that is held to be released, got one that nobody holds.");
        if (holders == 0 && Interlocked.Exchange(ref _pooled, null) is { } memory) ArrayPool<byte>.Shared.Return(memory);
    }
}
