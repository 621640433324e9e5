namespace AVServer.Contracts;

/// <summary>What an upload announces before its first chunk: raw audio and video formats, or the name of a container.</summary>
/// <param name="Protocol">Version of the media protocol; must be <see cref="CurrentProtocol"/>.</param>
/// <param name="Audio">Format of raw audio chunks; absent with a container or without sound.</param>
/// <param name="Video">Format of raw video chunks; absent with a container or without pictures.</param>
/// <param name="Container">One of <see cref="ContainerNames.All"/>; absent with raw media.</param>
public sealed record MediaHello(int Protocol, AudioFormat? Audio = null, VideoFormat? Video = null, string? Container = null)
{
    /// <summary>The protocol version that this assembly speaks.</summary>
    public const int CurrentProtocol = 1;
}

/// <summary>Raw audio: interleaved little-endian samples.</summary>
/// <param name="Format"><c>pcm_s16le</c> or <c>pcm_f32le</c>.</param>
/// <param name="SampleRate">
/// Samples per second and channel: 8,000, 11,025, 12,000, 16,000, 22,050, 24,000, 32,000, 44,100, 48,000, 64,000, 88,200, 96,000, 176,400
/// or 192,000.
/// </param>
/// <param name="Channels">1 to 8; mixed down to one by their mean.</param>
public sealed record AudioFormat(string Format = "pcm_s16le", int SampleRate = 16000, int Channels = 1);

/// <summary>Raw video: one encoded picture a chunk.</summary>
/// <param name="Format"><c>jpeg</c>.</param>
/// <param name="Fps">Nominal pictures per second; the chunks' times decide.</param>
public sealed record VideoFormat(string Format = "jpeg", double Fps = 25);

/// <summary>The containers that an upload may name.</summary>
public static class ContainerNames
{
    public static IReadOnlyList<string> All { get; } = ["webm", "matroska", "mp4", "ogg", "wav"];
}
