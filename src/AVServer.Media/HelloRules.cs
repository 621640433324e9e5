using AVServer.Contracts;
using AVServer.Media.Raw;

namespace AVServer.Media;

/// <summary>What a hello may ask for, however it comes: by socket, hub or Wyoming.</summary>
public static class HelloRules
{
    /// <summary>Lowest sample rate of sound, Hz.</summary>
    public const int MinSampleRateHz = 8_000;

    /// <summary>Highest sample rate of sound, Hz.</summary>
    public const int MaxSampleRateHz = 192_000;

    /// <summary>
    /// Sample rates of raw audio, Hz: those that devices have. Others share so few factors with the models' that their filters are huge.
    /// </summary>
    public static IReadOnlyList<int> SampleRatesHz { get; } =
        [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000, 176_400, 192_000];

    /// <summary>Most channels of raw audio.</summary>
    public const int MaxChannels = 8;

    /// <summary>Most pictures a second.</summary>
    public const int MaxFps = 120;

    /// <summary>Refuses a hello that can't be served.</summary>
    /// <exception cref="MediaException"><see cref="FaultCodes.BadHello"/>, naming everything that is wrong.</exception>
    public static void Check(MediaHello hello)
    {
        ArgumentNullException.ThrowIfNull(hello);
        List<string> problems = [.. Problems(hello)];
        if (problems.Count > 0) throw new MediaException(FaultCodes.BadHello, string.Join(" ", problems));
    }

    private static IEnumerable<string> Problems(MediaHello hello)
    {
        if (hello.Protocol != MediaHello.CurrentProtocol)
            yield return $"Expected protocol {MediaHello.CurrentProtocol}, got {hello.Protocol}; use a client of this server's version.";
        if (hello.Container is not null && (hello.Audio is not null || hello.Video is not null))
            yield return "Expected either a container or raw audio and video, got both; leave audio and video out: a container says itself "
                + "what it holds.";
        if (hello.Container is null && hello.Audio is null && hello.Video is null)
            yield return "Expected audio, video or a container, got none; say in the hello what the chunks hold.";
        if (hello.Container is { } container && !ContainerNames.All.Contains(container))
            yield return $"Expected a container out of {string.Join(", ", ContainerNames.All)}, got {Quote(container)}; send one of those, "
                + "or upload the file to be scored.";
        foreach (var problem in hello.Audio is { } audio ? AudioProblems(audio) : []) yield return problem;
        foreach (var problem in hello.Video is { } video ? VideoProblems(video) : []) yield return problem;
    }

    private static IEnumerable<string> AudioProblems(AudioFormat audio)
    {
        if (audio.Format is not (PcmFormats.Int16 or PcmFormats.Float32))
            yield return $"Expected audio format {PcmFormats.Int16} or {PcmFormats.Float32}, got {Quote(audio.Format)}; "
                + "convert the samples, or send a container.";
        if (!SampleRatesHz.Contains(audio.SampleRate))
            yield return $"Expected a sample rate out of {string.Join(", ", SampleRatesHz)}, got {audio.SampleRate}; "
                + "resample before sending.";
        if (audio.Channels is < 1 or > MaxChannels)
            yield return $"Expected 1 to {MaxChannels} channels, got {audio.Channels}; mix down before sending.";
    }

    private static IEnumerable<string> VideoProblems(VideoFormat video)
    {
        if (video.Format != "jpeg")
            yield return $"Expected video format jpeg, got {Quote(video.Format)}; send JPEG pictures, or a container.";
        if (video.Fps is not (>= 1 and <= MaxFps))
            yield return FormattableString.Invariant($"Expected 1 to {MaxFps} pictures per second, got {video.Fps}; ")
                + "state the nominal rate.";
    }

    // The value comes from outside: shown, but never at length.
    private static string Quote(string? value) => value is null ? "none" : $"'{(value.Length <= 32 ? value : value[..32] + "…")}'";
}
