namespace AVServer.Networks;

/// <summary>How a <see cref="PhoneNet"/> steps through a stream: what it sees ahead becomes delay.</summary>
public static class PhoneStreaming
{
    /// <summary>Frames of 10 ms that one step takes.</summary>
    public const int ChunkFrames = 12;

    /// <summary>
    /// The first of a step's frames behind the fast layers that the subsampling keeps, so that kept frames lie at multiples of it.
    /// </summary>
    public static int FirstKept(PhoneNetConfig config) => (1 + config.FastStrides.Sum()) % config.Subsampling;

    /// <summary>Outputs between the frame that came last in a step and the last output that it gives.</summary>
    /// <remarks>
    /// The output of number <c>o</c> lies at frame <c>o · subsampling</c>; the first step gives the numbers from minus this on.
    /// </remarks>
    public static int DelayOutputs(PhoneNetConfig config) =>
        config.SlowStrides.Sum() + ((1 + config.FastStrides.Sum()) / config.Subsampling);
}
