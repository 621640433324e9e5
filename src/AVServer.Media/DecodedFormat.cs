namespace AVServer.Media;

/// <summary>What containers are decoded to.</summary>
public static class DecodedFormat
{
    /// <summary>Sample rate of a container's sound after decoding, Hz.</summary>
    public const int SampleRateHz = 16_000;
}
