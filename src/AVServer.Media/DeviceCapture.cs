using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using AVServer.Contracts;
using AVServer.Media.Ffmpeg;

namespace AVServer.Media;

/// <summary>Microphones and cameras of this machine as chunks of one Matroska stream.</summary>
/// <param name="options">Where ffmpeg is.</param>
public sealed partial class DeviceCapture(MediaOptions options)
{
    /// <summary>The container that the chunks make up.</summary>
    public const string Container = "matroska";

    /// <summary>Captures until cancelled, or until the devices end.</summary>
    /// <param name="devices">Each as <c>FORMAT:NAME</c>, after ffmpeg's input devices: <c>alsa:default</c>, <c>pulse:default</c>,
    /// <c>v4l2:/dev/video0</c>.</param>
    /// <param name="cancellationToken">Ends the capture.</param>
    /// <exception cref="MediaException">Thrown by the enumeration: there is no such device, or no ffmpeg.</exception>
    public async IAsyncEnumerable<MediaChunk> ReadAsync(
        IReadOnlyList<string> devices, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(devices);
        ArgumentOutOfRangeException.ThrowIfZero(devices.Count);
        var arguments = FfmpegArguments.ForDevices([.. devices.Select(Parse)]);
        await using var process = DecoderProcess.Start(options.FfmpegPath, arguments, options.File, inSession: true);
        process.CompleteInput();
        await foreach (var chunk in process.ReadChunksAsync(cancellationToken).ConfigureAwait(false)) yield return chunk;
        var (exitCode, errors) = await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        if (exitCode != 0)
            throw new MediaException(
                FaultCodes.Undecodable,
                $"Expected devices that can be captured, got {string.Join(" and ", devices)} ({FfmpegFault.Reason(errors)}).");
    }

    /// <summary>Splits a device's name.</summary>
    /// <exception cref="MediaException">It is none.</exception>
    private static (string Format, string Name) Parse(string device)
    {
        if (DeviceName().Match(device) is { Success: true } match) return (match.Groups[1].Value, match.Groups[2].Value);
        throw new MediaException(FaultCodes.BadHello, $"Expected a device like alsa:default or v4l2:/dev/video0, got '{device}'.");
    }

    [GeneratedRegex("^([a-z0-9_]+):(.+)$")]
    private static partial Regex DeviceName();
}
