namespace AVServer.Signal;

/// <summary>Log-mel vectors of whole recordings, by the code that serves streams.</summary>
public static class Fbank
{
    /// <summary>Computes all vectors of a recording.</summary>
    /// <param name="samples">Samples in [-1, 1) at the options' rate.</param>
    /// <param name="options">What the features are made of.</param>
    /// <returns>[frames, mels], row after row; empty when no frame fits.</returns>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    public static float[] Compute(ReadOnlySpan<float> samples, FbankOptions options) => Compute(samples, new FbankComputer(options));

    /// <summary>Computes all vectors of a recording with tables made before.</summary>
    /// <param name="samples">Samples in [-1, 1) at the options' rate.</param>
    /// <param name="computer">Shared among any number of callers.</param>
    /// <returns>[frames, mels], row after row; empty when no frame fits.</returns>
    public static float[] Compute(ReadOnlySpan<float> samples, FbankComputer computer)
    {
        int block = Math.Clamp(samples.Length, 1, 16_000);
        return new OnlineFbank(computer, block).ReadWhole(samples, block);
    }
}
