using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using AVServer.Contracts;
using AVServer.Media.Ffmpeg;
using AVServer.Media.Matroska;
using AVServer.Media.Ogg;
using AVServer.Media.Raw;

namespace AVServer.Media.Pull;

/// <summary>
/// Live media of elsewhere as raw chunks: samples and JPEG pictures, timed from the beginning of the connection. Decoded where media of
/// strangers is, in a sandbox: HTTP and RTMP are spoken here, so that ffmpeg has no network; for RTSP it has one, and on it nobody to talk
/// to but the relay.
/// </summary>
/// <param name="options">Where ffmpeg is; limits of streams.</param>
public sealed class LivePull(MediaOptions options)
{
    private const int MaxElementBytes = 4 << 20;
    private static readonly TimeSpan CpuStep = TimeSpan.FromMinutes(1);

    /// <summary>The sound of the chunks.</summary>
    public static AudioFormat Audio { get; } = new(PcmFormats.Float32, DecodedFormat.SampleRateHz, 1);

    /// <summary>Addresses of names, where the system isn't to be asked.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>>? Resolve { get; init; }

    /// <summary>Connects once and reads to the end of a file, or until something breaks.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="rules">What may be reached, and how long it may take.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="MediaException">Thrown by the enumeration: why there is no media, or no more.</exception>
    public async IAsyncEnumerable<MediaChunk> ReadAsync(
        PullRequest request, PullRules rules, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(rules);
        await using var input = await WithinAsync(
            rules.AnswerTimeout, PullFault.NoAnswer, stop => PullInput.OpenAsync(request.Address, new GuardedDialer(rules, Resolve), stop),
            cancellationToken).ConfigureAwait(false);
        var read = input.Relay is null
            ? ReadBytesAsync(input, request, rules, cancellationToken)
            : DecodeAsync(null, input, request, rules, cancellationToken);
        var any = false;
        await foreach (var chunk in read.ConfigureAwait(false))
        {
            any = true;
            yield return chunk;
        }

        if (!any) throw NoTracks(request);
        if (!input.IsWhole) throw PullFault.Ended();
    }

    /// <summary>How long a chunk of sound is.</summary>
    public static TimeSpan DurationOf(MediaChunk chunk)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        return SampleTime.FromSamples(chunk.Payload.Length / sizeof(float), DecodedFormat.SampleRateHz);
    }

    private async IAsyncEnumerable<MediaChunk> ReadBytesAsync(
        PullInput input, PullRequest request, PullRules rules, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var bytes = new InputBytes(input.ReadAsync, cancellationToken);
        var source = await WithinAsync(
            rules.MediaTimeout, PullFault.NoMedia, stop => input.IdentifyAsync(bytes, stop), cancellationToken).ConfigureAwait(false);
        if (source.Demuxer != "ogg")
        {
            await foreach (var chunk in DecodeAsync(source, input, request, rules, cancellationToken).ConfigureAwait(false))
                yield return chunk;
            yield break;
        }

        // A station begins a link with each piece.
        var links = new OggLinks(bytes);
        var end = TimeSpan.Zero;
        while (await links.MoveNextAsync(cancellationToken).ConfigureAwait(false))
        {
            var begin = end;
            await using var link = new InputBytes(links.ReadAsync, cancellationToken);
            var decoded = DecodeAsync(source with { Input = link }, input, request, rules, cancellationToken);
            await foreach (var chunk in decoded.ConfigureAwait(false))
            {
                var time = begin + chunk.Time;
                end = chunk.Kind == MediaKind.Audio ? time + DurationOf(chunk) : time;
                yield return chunk with { Time = time };
            }
        }
    }

    private async IAsyncEnumerable<MediaChunk> DecodeAsync(
        DecodingSource? source, PullInput input, PullRequest request, PullRules rules,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var limits = options.Stream;
        string arguments = FfmpegArguments.ForPull(source, input.Relay?.Url ?? "", limits, request.Sound, request.Pictures);
        await using var process = await DecoderProcess
            .StartAsync(options, arguments, limits, [], hasNetwork: input.Relay is not null).ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var feed = process.FeedAsync(source?.Input, stop.Token);
        var cpuAllowedAt = TimeSpan.Zero;
        try
        {
            var reader = new MatroskaReader(process.Output, MaxElementBytes);
            while (await MoveNextAsync(reader, rules, cancellationToken).ConfigureAwait(false))
            {
                if (reader.Time >= cpuAllowedAt + CpuStep)
                {
                    cpuAllowedAt = reader.Time;
                    process.AllowCpu(limits.MaxDecoderCpu + (reader.Time * limits.DecoderCpuShare));
                }

                yield return new MediaChunk(
                    reader.Track.IsAudio ? MediaKind.Audio : MediaKind.Video, reader.Time, reader.Payload.ToArray());
            }

            var (exitCode, errors) = await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            if (input.Relay is { } relay)
            {
                await relay.CloseAsync().ConfigureAwait(false);
                if (relay.Fault is { } fault) throw fault;
            }

            // What broke on the way is told before what ffmpeg makes of the torn end.
            if (feed.IsCompleted) await feed.ConfigureAwait(false);
            if (exitCode != 0) throw FfmpegFault.Of(exitCode, errors, source?.Name ?? "an RTSP stream");
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await feed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async ValueTask<bool> MoveNextAsync(MatroskaReader reader, PullRules rules, CancellationToken cancellationToken)
    {
        try
        {
            return await WithinAsync(
                rules.MediaTimeout, PullFault.NoMedia, stop => reader.ReadAsync(stop).AsTask(), cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw new MediaException(FaultCodes.Internal, "Expected Matroska from the decoder, got something else.", e);
        }
    }

    private static async Task<T> WithinAsync<T>(
        TimeSpan limit, Func<TimeSpan, MediaException> late, Func<CancellationToken, Task<T>> act, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(limit);
        try
        {
            return await act(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw late(limit);
        }
    }

    private static MediaException NoTracks(PullRequest request) => new(
        FaultCodes.Undecodable,
        $"Expected {(request.Sound, request.Pictures) switch
        {
            (true, true) => "sound or pictures",
            (true, false) => "sound",
            _ => "pictures",
        }} in the source, found none; ask for what it has.");
}
