using AVServer.Contracts;

namespace AVServer.Media;

/// <summary>The bounds that hold for chunks of every kind.</summary>
internal static class ChunkLimits
{
    /// <summary>Counts a chunk into <paramref name="inputBytes"/> and refuses one that is too large, or one too many.</summary>
    public static void Check(MediaChunk chunk, MediaLimits limits, ref long inputBytes)
    {
        if (chunk.Payload.Length > limits.MaxChunkBytes)
            throw new MediaException(
                FaultCodes.LimitExceeded,
                $"Expected chunks of at most {limits.MaxChunkBytes} bytes, got {chunk.Payload.Length}; send smaller chunks.");
        inputBytes += chunk.Payload.Length;
        if (inputBytes > limits.MaxInputBytes)
            throw new MediaException(limits.TooLongCode, $"Expected at most {limits.MaxInputBytes} bytes, got more; {Remedy(limits)}.");
    }

    public static MediaException TooLong(MediaLimits limits, TimeSpan duration) => new(
        limits.TooLongCode,
        $"Expected media of at most {limits.MaxDuration:c}, got a time of {duration:c} after its beginning; {Remedy(limits)}.");

    private static string Remedy(MediaLimits limits) =>
        limits.TooLongCode == FaultCodes.StreamLimit ? "go on with a new stream under the same id" : "split the file";
}
