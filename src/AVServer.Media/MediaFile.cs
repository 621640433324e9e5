using System.Runtime.CompilerServices;
using AVServer.Contracts;
using AVServer.Media.Ffmpeg;

namespace AVServer.Media;

/// <summary>Files → sound and pictures. Stateless. A file is told by its bytes, never by its name, and only kinds that can't refer to other files are let in.</summary>
/// <param name="options">Where ffmpeg is; limits that hold where a call names none.</param>
public sealed class MediaFile(MediaOptions options)
{
    /// <summary>Decodes one file, times counted from its beginning.</summary>
    /// <param name="path">A file that can be read from any place.</param>
    /// <param name="limits">Bounds; null: <see cref="MediaOptions.File"/>.</param>
    /// <param name="video">How pictures are wanted; null: not at all.</param>
    /// <param name="cancellationToken">Ends the decoder process too.</param>
    /// <returns>The same items as <see cref="MediaDecoder.DecodeAsync"/> gives for the container: sound at <see cref="DecodedFormat.SampleRateHz"/>.</returns>
    /// <exception cref="MediaException">Thrown by the enumeration, after all items that came before the fault.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public IAsyncEnumerable<MediaItem> DecodeAsync(string path, MediaLimits? limits = null, VideoOutput? video = null, CancellationToken cancellationToken = default) =>
        DecodeAsync(path, limits ?? options.File, DecodedFormat.SampleRateHz, video, cancellationToken);

    /// <summary>Reads how long a file is by what its container says of it; nothing is decoded.</summary>
    /// <returns>Null where the container does not say, as with recordings that a browser made, or the file can't be read as media.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public async Task<TimeSpan?> FindDurationAsync(string path, CancellationToken cancellationToken = default)
    {
        string demuxer;
        try
        {
            (demuxer, _) = await OpenAsync(path, options.File, cancellationToken).ConfigureAwait(false);
        }
        catch (MediaException)
        {
            return null;
        }
        return MediaProbe.LengthOf(await new MediaProbe(options).ReadAsync(path, demuxer, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Reads the sound of one file.</summary>
    /// <param name="path">A plain WAV file of the rate asked for is read directly, everything else by ffmpeg.</param>
    /// <param name="sampleRateHz">Wanted rate, 8,000 to 192,000.</param>
    /// <param name="cancellationToken">Ends the decoder process too.</param>
    /// <returns>Mono. Sample i is heard at i ÷ rate: holes up to <see cref="MediaLimits.MaxSilenceFill"/> are silence, longer ones are closed up.</returns>
    /// <exception cref="MediaException">The file has no sound that can be decoded, or passes a limit.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public async Task<float[]> ReadAudioAsync(string path, int sampleRateHz, CancellationToken cancellationToken = default)
    {
        CheckRate(sampleRateHz);
        if (WavFile.TryRead(path, sampleRateHz, options.File.MaxInputBytes ?? long.MaxValue) is { } direct) return direct;
        var samples = new SampleBuffer();
        await foreach (var item in DecodeAsync(path, options.File, sampleRateHz, null, cancellationToken).ConfigureAwait(false))
            if (item is AudioBlock block) samples.Append(block);
        return samples.ToArray();
    }

    /// <summary>Reads the sound of many files, many to a process: a few milliseconds for a short file instead of some fifty.</summary>
    /// <param name="paths">Any number.</param>
    /// <param name="sampleRateHz">Wanted rate, 8,000 to 192,000.</param>
    /// <param name="cancellationToken">Ends the decoder processes too.</param>
    /// <returns>One for each path, in order; a file that can't be read carries its fault and stops no other.</returns>
    public IAsyncEnumerable<AudioFile> ReadManyAsync(IEnumerable<string> paths, int sampleRateHz, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        CheckRate(sampleRateHz);
        return new AudioFileBatches(this, options).ReadAsync(paths, sampleRateHz, cancellationToken);
    }

    private async IAsyncEnumerable<MediaItem> DecodeAsync(
        string path, MediaLimits limits, int sampleRateHz, VideoOutput? video, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (demuxer, length) = await OpenAsync(path, limits, cancellationToken).ConfigureAwait(false);
        var arguments = FfmpegArguments.ForFile(path, demuxer, limits, sampleRateHz, video);
        var outputBytes = video is null ? FfmpegProcess.SoundBytes : FfmpegProcess.PicturesBytes;
        await using var process = FfmpegProcess.Start(options.FfmpegPath, arguments, limits, outputBytes: outputBytes);
        process.CompleteInput();
        bool any = false;
        var decoded = new DecodedStream(process, limits, sampleRateHz, video, () => length);
        await foreach (var item in decoded.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            any = true;
            yield return item;
        }

        var (exitCode, errors) = await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        if (exitCode != 0 || !any) throw FfmpegFault.Of(exitCode, errors, $"a {demuxer} file with {(video is null ? "sound" : "sound or pictures")}");
    }

    /// <summary>Looks at a file's first bytes and length.</summary>
    internal static async Task<(string Demuxer, long Length)> OpenAsync(string path, MediaLimits limits, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        if (file.Length > limits.MaxInputBytes)
            throw new MediaException(FaultCodes.LimitExceeded, $"Expected a file of at most {limits.MaxInputBytes} bytes, got {file.Length}; split it.");
        var head = new byte[FileSignature.Length];
        int read = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        string demuxer = FileSignature.Detect(head.AsSpan(0, read))
            ?? throw new MediaException(FaultCodes.Undecodable, "Expected a media file (wav, flac, mp3, aac, ogg, webm, matroska, mp4, avi, aiff and the like), got bytes of none of them; convert it.");
        return (demuxer, file.Length);
    }

    private static void CheckRate(int sampleRateHz)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, HelloRules.MinSampleRateHz);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sampleRateHz, HelloRules.MaxSampleRateHz);
    }
}
