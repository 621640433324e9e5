using AVServer.Contracts;
using AVServer.Media.Raw;

namespace AVServer.Media;

/// <summary>What a hello may ask for.</summary>
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

    /// <summary>Refuses a hello that can't be served.</summary>
    /// <exception cref="MediaException"><see cref="FaultCodes.BadHello"/>, naming the first member that is wrong.</exception>
    public static void Check(MediaHello hello)
    {
        ArgumentNullException.ThrowIfNull(hello);
        if (hello.Protocol != MediaHello.CurrentProtocol)
            throw Bad($"protocol {MediaHello.CurrentProtocol}", $"{hello.Protocol}", "use a client of this server's version");
        if (hello.Container is not null) CheckContainer(hello);
        else if (hello.Audio is null && hello.Video is null)
            throw Bad("audio, video or container", "none of them", "say in the hello what the chunks hold");
        if (hello.Audio is not null) CheckAudio(hello.Audio);
        if (hello.Video is not null) CheckVideo(hello.Video);
    }

    private static void CheckContainer(MediaHello hello)
    {
        if (hello.Audio is not null || hello.Video is not null)
            throw Bad("either a container or raw formats", "both", "leave audio and video out: a container says itself what it holds");
        if (!ContainerNames.All.Contains(hello.Container))
            throw Bad(
                $"container {string.Join(", ", ContainerNames.All)}", Quote(hello.Container),
                "send one of those, or upload the file to be scored");
    }

    private static void CheckAudio(AudioFormat audio)
    {
        if (audio.Format is not (PcmFormats.Int16 or PcmFormats.Float32))
            throw Bad(
                $"audio.format {PcmFormats.Int16} or {PcmFormats.Float32}", Quote(audio.Format),
                "convert the samples, or send a container");
        if (!SampleRatesHz.Contains(audio.SampleRate))
            throw Bad($"audio.sampleRate out of {string.Join(", ", SampleRatesHz)}", $"{audio.SampleRate}", "resample before sending");
        if (audio.Channels is < 1 or > MaxChannels)
            throw Bad($"audio.channels 1 to {MaxChannels}", $"{audio.Channels}", "mix down before sending");
    }

    private static void CheckVideo(VideoFormat video)
    {
        if (video.Format != "jpeg") throw Bad("video.format jpeg", Quote(video.Format), "send JPEG pictures, or a container");
        if (video.Fps is not (>= 1 and <= 120)) throw Bad("video.fps 1 to 120", $"{video.Fps}", "state the nominal rate");
    }

    // The value comes from outside: shown, but never at length.
    private static string Quote(string? value) => value is null ? "none" : $"'{(value.Length <= 32 ? value : value[..32] + "…")}'";

    private static MediaException Bad(string expected, string got, string advice) =>
        new(FaultCodes.BadHello, $"Expected {expected} in the hello, got {got}; {advice}.");
}
