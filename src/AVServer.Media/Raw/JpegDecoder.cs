using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using AVServer.Media.Ffmpeg;

namespace AVServer.Media;

/// <summary>
/// The JPEG pictures of one stream → pixels, in a process of its own: without network and files where the system lets bubblewrap make
/// such a place. A picture that its decoder does not stand is none, like any other bytes that can't be decoded; the next has another
/// decoder.
/// </summary>
/// <remarks>One caller at a time. The process starts with the first picture and ends with this object, or with this process.</remarks>
/// <param name="options">Where decoders run, and the bounds of streams.</param>
public sealed class JpegDecoder(MediaOptions options) : IAsyncDisposable
{
    private const int HeadBytes = 8;
    private const int Channels = 3;

    private DecoderProcess? _process;

    /// <summary>The longest that one picture may take. Default 10 s: the largest, on a machine that does much else.</summary>
    internal TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The number of its process; null while there is none.</summary>
    internal int? ProcessId => _process?.Id;

    /// <summary>Decodes a picture; a wide one at half or a quarter of its size, and upright by its EXIF orientation.</summary>
    /// <param name="picture">A JPEG file.</param>
    /// <param name="cancellationToken">Ends the process, and with it the picture.</param>
    /// <returns>The same as rows of blue, green, red, the caller's to release; null where the bytes can't be decoded.</returns>
    /// <exception cref="MediaException">The decoder's program doesn't start, or a sandbox is required and there is none.</exception>
    public async ValueTask<VideoFrame?> DecodeAsync(VideoFrame picture, CancellationToken cancellationToken)
    {
        _process ??= await StartAsync().ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(Timeout);
        try
        {
            await WriteAsync(_process.Input, picture, stop.Token).ConfigureAwait(false);
            return await ReadAsync(_process.Output, picture, stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            await DisposeAsync().ConfigureAwait(false);   // whatever it would still say belongs to this picture
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process) await process.DisposeAsync().ConfigureAwait(false);
        _process = null;
    }

    private async Task<DecoderProcess> StartAsync()
    {
        // It lasts as long as the stream: its processor time is bounded by each picture's.
        var limits = options.Stream with { MaxDecoderCpu = TimeSpan.FromDays(3650) };
        var sandbox = await Sandbox.FindAsync(options, DecoderProgram.Pictures).ConfigureAwait(false);
        return DecoderProcess.Start(DecoderProgram.Pictures, limits, sandbox, DecoderProcess.PicturesBytes);
    }

    private static async Task WriteAsync(Stream input, VideoFrame picture, CancellationToken cancellationToken)
    {
        byte[] head = new byte[HeadBytes];
        BinaryPrimitives.WriteInt32LittleEndian(head, picture.Pixels.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(sizeof(int)), picture.Width);
        await input.WriteAsync(head, cancellationToken).ConfigureAwait(false);
        await input.WriteAsync(picture.Pixels, cancellationToken).ConfigureAwait(false);
        await input.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<VideoFrame?> ReadAsync(PipeReader output, VideoFrame picture, CancellationToken cancellationToken)
    {
        var read = await output.ReadAtLeastAsync(HeadBytes, cancellationToken).ConfigureAwait(false);
        var (width, height) = read.Buffer.Length < HeadBytes ? throw new EndOfStreamException() : SizeOf(read.Buffer);
        output.AdvanceTo(read.Buffer.GetPosition(HeadBytes));
        if (width == 0 && height == 0) return null;
        // Whatever it says may be a stranger's word by now.
        if (width < 1 || height < 1 || (long)width * height > options.Stream.MaxPixels)
            throw new IOException($"Expected a picture, got {width} × {height} pixels.");
        int bytes = width * height * Channels;
        read = await output.ReadAtLeastAsync(bytes, cancellationToken).ConfigureAwait(false);
        if (read.Buffer.Length < bytes) throw new EndOfStreamException();
        var pixels = read.Buffer.Slice(0, bytes);
        var decoded = VideoFrame.Copy(picture.Time, width, height, PixelFormat.Bgr24, pixels);
        output.AdvanceTo(pixels.End);
        return decoded;
    }

    private static (int Width, int Height) SizeOf(ReadOnlySequence<byte> buffer)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        buffer.Slice(0, HeadBytes).CopyTo(head);
        return (BinaryPrimitives.ReadInt32LittleEndian(head), BinaryPrimitives.ReadInt32LittleEndian(head[sizeof(int)..]));
    }
}
