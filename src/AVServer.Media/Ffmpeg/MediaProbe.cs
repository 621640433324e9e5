using System.Text.Json;
using FFMpegCore;
using FFMpegCore.Exceptions;

namespace AVServer.Media.Ffmpeg;

/// <summary>What ffprobe says is in a file; nothing is decoded.</summary>
/// <param name="options">Where it is, and the bounds of files.</param>
internal sealed class MediaProbe(MediaOptions options)
{
    // A line for each of at most 32 streams; a file that makes more of it is none.
    private const int MaxAnswerBytes = 64 << 10;

    /// <summary>Asks for a file's length and kinds of streams.</summary>
    /// <param name="path">A file that <see cref="MediaFile.OpenAsync"/> has looked at.</param>
    /// <param name="demuxer">Name of ffmpeg's demuxer.</param>
    /// <param name="cancellationToken">Ends the process too.</param>
    /// <returns>Null if the file can't be read as what its first bytes say.</returns>
    /// <exception cref="MediaException">There is no ffprobe.</exception>
    public async Task<IMediaAnalysis?> ReadAsync(string path, string demuxer, CancellationToken cancellationToken)
    {
        string arguments = FfmpegArguments.ForProbe(path, demuxer, options.File);
        await using var process = await DecoderProcess
            .StartAsync(options, arguments, options.File, [path], probes: true).ConfigureAwait(false);
        process.CompleteInput();
        string answer = await process.ReadTextAsync(MaxAnswerBytes, cancellationToken).ConfigureAwait(false);
        var (exitCode, _) = await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return exitCode == 0 ? Parse(answer) : null;
    }

    /// <summary>Reads an answer.</summary>
    /// <returns>Null where it is none, or its numbers are beyond all media: a file may state any length.</returns>
    internal static IMediaAnalysis? Parse(string answer)
    {
        try
        {
            return FFProbe.FromJson(answer);
        }
        catch (Exception e) when (e is JsonException or FFMpegException or OverflowException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The length that the container states; null where there is none.</summary>
    internal static TimeSpan? LengthOf(IMediaAnalysis? analysis) =>
        analysis?.Format.Duration is { } length && length > TimeSpan.Zero ? length : null;

    /// <summary>Whether there are pictures that move, in an encoding that is known; a cover doesn't count.</summary>
    internal static bool HasPictures(IMediaAnalysis? analysis) =>
        analysis?.VideoStreams.Any(
            stream => !string.IsNullOrEmpty(stream.CodecName) && stream.Disposition?.GetValueOrDefault("attached_pic") != true) == true;
}
