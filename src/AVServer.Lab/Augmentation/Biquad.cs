namespace AVServer.Lab.Augmentation;

/// <summary>Second-order filters of microphones and lines, after the Audio EQ Cookbook; 16 kHz.</summary>
public static class Biquad
{
    /// <summary>Takes away what lies above a frequency, 12 dB an octave.</summary>
    public static void LowPass(Span<float> signal, double hz)
    {
        var (cos, alpha) = Angle(hz, 0.707);
        Run(signal, (1 - cos) / 2, 1 - cos, (1 - cos) / 2, 1 + alpha, -2 * cos, 1 - alpha);
    }

    /// <summary>Takes away what lies below a frequency, 12 dB an octave.</summary>
    public static void HighPass(Span<float> signal, double hz)
    {
        var (cos, alpha) = Angle(hz, 0.707);
        Run(signal, (1 + cos) / 2, -1 - cos, (1 + cos) / 2, 1 + alpha, -2 * cos, 1 - alpha);
    }

    /// <summary>Raises or lowers a band.</summary>
    public static void Peak(Span<float> signal, double hz, double gainDb, double q)
    {
        var (cos, alpha) = Angle(hz, q);
        var amplitude = Math.Pow(10, gainDb / 40);
        Run(signal, 1 + (alpha * amplitude), -2 * cos, 1 - (alpha * amplitude), 1 + (alpha / amplitude), -2 * cos, 1 - (alpha / amplitude));
    }

    private static (double Cos, double Alpha) Angle(double hz, double q)
    {
        var omega = 2 * Math.PI * hz / 16_000;
        return (Math.Cos(omega), Math.Sin(omega) / (2 * q));
    }

    private static void Run(Span<float> signal, double b0, double b1, double b2, double a0, double a1, double a2)
    {
        double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
        foreach (ref var sample in signal)
        {
            var y = ((b0 * sample) + (b1 * x1) + (b2 * x2) - (a1 * y1) - (a2 * y2)) / a0;
            (x2, x1, y2, y1) = (x1, sample, y1, y);
            sample = (float)y;
        }
    }
}
