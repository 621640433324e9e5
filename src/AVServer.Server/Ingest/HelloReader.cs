using System.Text.Json;
using AVServer.Contracts;
using AVServer.Media;
using AVServer.Server.Observability;

namespace AVServer.Server.Ingest;

/// <summary>Reads what an upload announces, and refuses what <see cref="HelloRules"/> do.</summary>
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
        try
        {
            HelloRules.Check(hello);
        }
        catch (MediaException refused)
        {
            throw new RefusedException(refused.Code, refused.Message);
        }
    }

    private const string Example = """{"protocol":1,"audio":{"format":"pcm_s16le","sampleRate":16000,"channels":1}}""";
}
