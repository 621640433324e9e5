using System.Runtime.CompilerServices;
using AVServer.Contracts;
using AVServer.Media.Ffmpeg;

namespace AVServer.Media;

/// <summary>
/// Files → sound and pictures. Stateless. A file is told by its bytes, never by its name, and only kinds that can't refer to other files
/// are let in.
/// </summary>
/// <param name="options">Where ffmpeg is; limits that hold where a call names none.</param>
public sealed class MediaFile(MediaOptions options)
{
    // Each costs a read, and takes ten bytes of a file: nobody has so many.
    private const int MaxTags = 64;

    /// <summary>Extensions that files of the kinds that are let in usually have, in lower case, with their dots, sorted.</summary>
    public static IReadOnlyList<string> Extensions { get; } =
    [
        ".3g2", ".3gp", ".aac", ".adts", ".aif", ".aifc", ".aiff", ".amr", ".au", ".avi", ".caf", ".f4v", ".flac", ".flv", ".m4a", ".m4b",
        ".m4r", ".m4v", ".mka",
        ".mkv", ".mov", ".mp2", ".mp3", ".mp4", ".mpga", ".oga", ".ogg", ".ogv", ".ogx", ".opus", ".qt", ".snd", ".spx", ".ts", ".wav",
        ".wave", ".webm",
    ];

    /// <summary>
    /// Decodes one file, times counted from its beginning: a plain WAV, a whole FLAC or MP3 file of the rate asked for directly, everything
    /// else by ffmpeg.
    /// </summary>
    /// <param name="path">A file that can be read from any place.</param>
    /// <param name="limits">Bounds; null: <see cref="MediaOptions.File"/>.</param>
    /// <param name="video">How pictures are wanted; null: not at all.</param>
    /// <param name="cancellationToken">Ends the decoder process too.</param>
    /// <returns>The same items as <see cref="MediaDecoder.DecodeAsync"/> gives for the container: sound at
    /// <see cref="DecodedFormat.SampleRateHz"/>.</returns>
    /// <exception cref="MediaException">Thrown by the enumeration, after all items that came before the fault.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public IAsyncEnumerable<MediaItem> DecodeAsync(
        string path, MediaLimits? limits = null, VideoOutput? video = null, CancellationToken cancellationToken = default) =>
        DecodeAsync(path, limits ?? options.File, DecodedFormat.SampleRateHz, video, cancellationToken);

    /// <summary>Reads how long a file is by what its container says of it; nothing is decoded.</summary>
    /// <returns>Null where the container does not say, as with recordings that a browser made, or the file can't be read as
    /// media.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public async Task<TimeSpan?> FindDurationAsync(string path, CancellationToken cancellationToken = default)
    {
        string demuxer;
        long start;
        try
        {
            (demuxer, _, start) = await OpenAsync(path, options.File, cancellationToken).ConfigureAwait(false);
        }
        catch (MediaException)
        {
            return null;
        }

        if (CodedFile.FindLength(path, demuxer, start) is { } length) return length;
        if (await ReadHeaderAsync(path, demuxer, cancellationToken).ConfigureAwait(false) is { } header && WavFile.IsPlain(path, header))
            return header.Length;
        return MediaProbe.LengthOf(await new MediaProbe(options).ReadAsync(path, demuxer, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Reads the sound of one file.</summary>
    /// <param name="path">A file that can be read from any place.</param>
    /// <param name="sampleRateHz">Wanted rate, 8,000 to 192,000.</param>
    /// <param name="cancellationToken">Ends the decoder process too.</param>
    /// <returns>Mono. Sample i is heard at i ÷ rate: holes up to <see cref="MediaLimits.MaxSilenceFill"/> are silence, longer ones are
    /// closed up.</returns>
    /// <exception cref="MediaException">The file has no sound that can be decoded, or passes a limit.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public Task<float[]> ReadAudioAsync(string path, int sampleRateHz, CancellationToken cancellationToken = default) =>
        ReadAudioAsync(path, sampleRateHz, _ => { }, cancellationToken);

    /// <inheritdoc cref="ReadAudioAsync(string, int, CancellationToken)"/>
    /// <param name="path">A file that can be read from any place.</param>
    /// <param name="sampleRateHz">Wanted rate, 8,000 to 192,000.</param>
    /// <param name="onWarning">Told what of the file was not read, or can't be trusted.</param>
    /// <param name="cancellationToken">Ends the decoder process too.</param>
    public async Task<float[]> ReadAudioAsync(
        string path, int sampleRateHz, Action<MediaWarning> onWarning, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(onWarning);
        CheckRate(sampleRateHz);
        var samples = new SampleBuffer();
        await foreach (var item in DecodeAsync(path, options.File, sampleRateHz, null, cancellationToken).ConfigureAwait(false))
            if (item is AudioBlock block) samples.Append(block);
            else if (item is MediaWarning warning) onWarning(warning);
        return samples.ToArray();
    }

    /// <summary>Reads the sound of many files, many to a process: a few milliseconds for a short file instead of some fifty.</summary>
    /// <param name="paths">Any number.</param>
    /// <param name="sampleRateHz">Wanted rate, 8,000 to 192,000.</param>
    /// <param name="cancellationToken">Ends the decoder processes too.</param>
    /// <returns>One for each path, in order; a file that can't be read carries its fault and stops no other.</returns>
    public IAsyncEnumerable<AudioFile> ReadManyAsync(
        IEnumerable<string> paths, int sampleRateHz, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        CheckRate(sampleRateHz);
        return new AudioFileBatches(this, options).ReadAsync(paths, sampleRateHz, cancellationToken);
    }

    private async IAsyncEnumerable<MediaItem> DecodeAsync(
        string path, MediaLimits limits, int sampleRateHz, VideoOutput? video, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (demuxer, length, start) = await OpenAsync(path, limits, cancellationToken).ConfigureAwait(false);
        if (await CodedFile.TryOpenAsync(path, demuxer, start, sampleRateHz, limits, cancellationToken).ConfigureAwait(false) is { } coded)
        {
            foreach (var item in coded.Read(cancellationToken)) yield return item;
            yield break;
        }

        var header = await ReadHeaderAsync(path, demuxer, cancellationToken).ConfigureAwait(false);
        if (header?.SampleRateHz == sampleRateHz && WavFile.IsPlain(path, header))
        {
            await foreach (var item in WavFile.ReadAsync(path, header, limits, cancellationToken).ConfigureAwait(false)) yield return item;
            yield break;
        }

        var decoding = new FfmpegDecoding(options, limits, sampleRateHz, () => length);
        var source = new DecodingSource(demuxer, $"a {demuxer} file", path) { IsFile = true };
        // Links of a chain and further chunks of samples are found by ffmpeg only in what comes as a stream.
        bool asStream = demuxer == "ogg" || (header is not null && WavFile.HasMoreData(path, header));
        await using var input = asStream ? InputBytes.OfFile(path, cancellationToken) : null;
        if (asStream) source = source with { Path = null, Input = input };
        var items = demuxer == "ogg"
            ? decoding.DecodeChainAsync(source, video, cancellationToken)
            : decoding.DecodeAsync(source.With(header), video, cancellationToken);
        await foreach (var item in items.ConfigureAwait(false)) yield return item;
    }

    /// <summary>Looks at a file's first bytes and length.</summary>
    /// <returns>Name of ffmpeg's demuxer, bytes of the file, and where its media begins, behind tags.</returns>
    internal static async Task<(string Demuxer, long Length, long Start)> OpenAsync(
        string path, MediaLimits limits, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        if (file.Length > limits.MaxInputBytes)
            throw new MediaException(
                FaultCodes.LimitExceeded, $"Expected a file of at most {limits.MaxInputBytes} bytes, got {file.Length}; split it.");
        var head = new byte[FileSignature.Length];
        int read = 0;
        long tags = 0, tag = -1;
        for (int count = 0; tag != 0 && count <= MaxTags; count++, tags += tag)
        {
            file.Position = tags;
            read = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            tag = FileSignature.TagLength(head.AsSpan(0, read));
        }

        string demuxer = FileSignature.Detect(head.AsSpan(0, read))
            ?? throw new MediaException(
                FaultCodes.Undecodable,
                "Expected a media file (wav, flac, mp3, aac, ogg, webm, matroska, mp4, avi, aiff and the like), got bytes of none of them; "
                + "convert it.");
        return (demuxer, file.Length, tags);
    }

    private static async Task<WavHeader?> ReadHeaderAsync(string path, string demuxer, CancellationToken cancellationToken)
    {
        if (demuxer != "wav") return null;
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        var head = new byte[FileSignature.Length];
        int read = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return WavHeader.TryRead(head.AsSpan(0, read));
    }

    private static void CheckRate(int sampleRateHz)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, HelloRules.MinSampleRateHz);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sampleRateHz, HelloRules.MaxSampleRateHz);
    }
}
