using System.Runtime.CompilerServices;
using AVServer.Contracts;
using AVServer.Media.Ffmpeg;

namespace AVServer.Media;

/// <summary>
/// Sends a file with pictures as a live container: its sound and pictures are copied, not encoded anew, so that who receives it gets what
/// is in the file.
/// </summary>
/// <param name="options">Where ffmpeg is, and the bounds of files.</param>
public sealed class LiveCopy(MediaOptions options)
{
    /// <summary>Finds the container that a file can be sent in.</summary>
    /// <returns>One of <see cref="ContainerNames.All"/>; null where the file has no pictures but perhaps a cover, or some that can't be
    /// read.</returns>
    /// <exception cref="MediaException">It is no media file, or there is no ffmpeg.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public async Task<string?> FindContainerAsync(string path, CancellationToken cancellationToken = default)
    {
        var (demuxer, _, _) = await MediaFile.OpenAsync(path, options.File, cancellationToken).ConfigureAwait(false);
        bool hasPictures = MediaProbe.HasPictures(
            await new MediaProbe(options).ReadAsync(path, demuxer, cancellationToken).ConfigureAwait(false));
        // MP4 and its kin say how a phone was held; Matroska, as ffmpeg 5 writes it, doesn't.
        return !hasPictures ? null : demuxer == "mov" ? "mp4" : "matroska";
    }

    /// <summary>Reads a file as chunks of a container.</summary>
    /// <param name="path">The file.</param>
    /// <param name="container">What <see cref="FindContainerAsync"/> found.</param>
    /// <param name="atOwnSpeed">Whether a second of media takes a second; otherwise as fast as the chunks are taken.</param>
    /// <param name="cancellationToken">Ends the copy.</param>
    /// <exception cref="MediaException">Thrown by the enumeration: the file can't be copied into the container.</exception>
    public async IAsyncEnumerable<MediaChunk> ReadAsync(
        string path, string container, bool atOwnSpeed, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (demuxer, _, _) = await MediaFile.OpenAsync(path, options.File, cancellationToken).ConfigureAwait(false);
        var arguments = FfmpegArguments.ForLiveCopy(path, demuxer, container, atOwnSpeed, options.File);
        await using var process = await DecoderProcess.StartAsync(options, arguments, options.File, [path]).ConfigureAwait(false);
        process.CompleteInput();
        await foreach (var chunk in process.ReadChunksAsync(cancellationToken).ConfigureAwait(false)) yield return chunk;
        var (exitCode, errors) = await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        if (exitCode != 0) throw FfmpegFault.Of(exitCode, errors, $"a {demuxer} file that fits into {container}");
    }
}
