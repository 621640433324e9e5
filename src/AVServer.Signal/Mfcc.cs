namespace AVServer.Signal;

/// <summary>Cepstral coefficients of whole recordings, by the code that serves streams.</summary>
public static class Mfcc
{
    /// <summary>Computes all vectors of a recording.</summary>
    /// <param name="samples">Samples in [-1, 1) at the options' rate.</param>
    /// <param name="computer">Shared among any number of callers.</param>
    /// <returns>[frames, ceps], row after row; empty when no frame fits.</returns>
    public static float[] Compute(ReadOnlySpan<float> samples, MfccComputer computer)
    {
        int block = Math.Clamp(samples.Length, 1, 16_000);
        return new OnlineMfcc(computer, block).ReadWhole(samples, block);
    }
}
