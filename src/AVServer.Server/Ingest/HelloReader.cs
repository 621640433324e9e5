using System.Text.Json;
using AVServer.Contracts;
using AVServer.Media;
using AVServer.Server.Observability;

namespace AVServer.Server.Ingest;

/// <summary>Reads and checks what an upload announces.</summary>
internal static class HelloReader
{
    /// <summary>The largest hello that is read, in bytes.</summary>
    public const int MaxBytes = 4_096;

    /// <exception cref="RefusedException">It is not a hello; the message names everything that is wrong with it.</exception>
    public static MediaHello Parse(ReadOnlySpan<byte> json)
    {
        MediaHello? hello;
        try
        {
            hello = JsonSerializer.Deserialize<MediaHello>(json, ContractsJson.Options);
        }
        catch (JsonException exception)
        {
            throw new RefusedException(
                FaultCodes.BadHello, $"Expected a hello like {Example}; got text that is not one, at {exception.Path ?? "$"}.");
        }
        Check(hello ?? throw new RefusedException(FaultCodes.BadHello, $"Expected a hello like {Example}; got null."));
        return hello;
    }

    /// <exception cref="RefusedException">The message names everything that is wrong with it.</exception>
    public static void Check(MediaHello hello)
    {
        List<string> problems = [.. Problems(hello)];
        if (problems.Count > 0) throw new RefusedException(FaultCodes.BadHello, string.Join(" ", problems));
    }

    private const string Example = """{"protocol":1,"audio":{"format":"pcm_s16le","sampleRate":16000,"channels":1}}""";

    private static IEnumerable<string> Problems(MediaHello hello)
    {
        if (hello.Protocol != MediaHello.CurrentProtocol)
            yield return $"Expected protocol {MediaHello.CurrentProtocol}, got {hello.Protocol}.";
        if (hello.Container is not null && (hello.Audio is not null || hello.Video is not null))
            yield return "Expected either a container or raw audio and video, got both.";
        if (hello.Container is null && hello.Audio is null && hello.Video is null)
            yield return "Expected audio, video or a container, got none.";
        if (hello.Container is { } container && !ContainerNames.All.Contains(container))
            yield return $"Expected a container out of {string.Join(", ", ContainerNames.All)}, got another.";
        if (hello.Audio is { } audio)
        {
            if (audio.Format is not ("pcm_s16le" or "pcm_f32le"))
                yield return "Expected audio format pcm_s16le or pcm_f32le, got another.";
            if (!HelloRules.SampleRatesHz.Contains(audio.SampleRate))
                yield return $"Expected a sample rate out of {string.Join(", ", HelloRules.SampleRatesHz)}, got {audio.SampleRate}; "
                    + "resample before sending.";
            if (audio.Channels is < 1 or > 8)
                yield return $"Expected 1 to 8 channels, got {audio.Channels}.";
        }
        if (hello.Video is { } video)
        {
            if (video.Format != "jpeg") yield return "Expected video format jpeg, got another.";
            if (video.Fps is not (> 0 and <= 240)) yield return $"Expected above 0 and at most 240 pictures per second, got {video.Fps}.";
        }
    }
}
