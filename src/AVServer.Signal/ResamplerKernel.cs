using System.Collections.Concurrent;

namespace AVServer.Signal;

/// <summary>How sharply a resampler separates what it keeps from what would alias.</summary>
/// <param name="ZeroCrossings">Zero crossings of the sinc on each side, 1 to 256: more are sharper, dearer and later.</param>
/// <param name="Rolloff">Cut-off as a part of the lower Nyquist frequency, in (0, 1].</param>
/// <param name="KaiserBeta">Shape of the Kaiser window, 0 to 20: 9 suppresses what is cut off by 90 dB.</param>
public sealed record ResamplerQuality(int ZeroCrossings = 32, double Rolloff = 0.95, double KaiserBeta = 9);

/// <summary>Windowed-sinc low-pass filter between two rates, one row of taps per output phase. Shared by any number of streams.</summary>
/// <remarks>
/// The formula is that of <c>torchaudio.functional.resample</c>; max difference 1e-5 on tests/golden/torchaudio-resample.
/// </remarks>
public sealed class ResamplerKernel
{
    /// <summary>Most coefficients of a table (16 MB): reached only by rates that share almost no factor.</summary>
    private const long MaxCoefficients = 1 << 22;

    // Beyond so many pairs of rates nothing more is kept: the filters of odd ones are large.
    private const int MostKept = 64;

    private static readonly ConcurrentDictionary<(int FromHz, int ToHz), ResamplerKernel> Kept = new();

    private readonly float[] _taps;

    /// <param name="fromHz">Rate of the input, 1,000 to 768,000.</param>
    /// <param name="toHz">Rate of the output, 1,000 to 768,000.</param>
    /// <param name="quality">Default: 32 zero crossings, 90 dB.</param>
    /// <exception cref="ArgumentException">A rate is out of range, or the two are in so odd a ratio that the filter would need more than 16
    /// MB.</exception>
    public ResamplerKernel(int fromHz, int toHz, ResamplerQuality? quality = null)
    {
        quality ??= new ResamplerQuality();
        if (fromHz is < 1_000 or > 768_000)
            throw new ArgumentException($"Expected a rate of 1000 to 768000 Hz, got {fromHz}.", nameof(fromHz));
        if (toHz is < 1_000 or > 768_000) throw new ArgumentException($"Expected a rate of 1000 to 768000 Hz, got {toHz}.", nameof(toHz));
        if (quality.ZeroCrossings is < 1 or > 256 || !(quality.Rolloff is > 0 and <= 1) || !(quality.KaiserBeta is >= 0 and <= 20))
            throw new ArgumentException(
                $"Expected 1 to 256 zero crossings, a rolloff in (0, 1] and a beta of 0 to 20, got {quality}.", nameof(quality));
        int divisor = GreatestCommonDivisor(fromHz, toHz);
        (FromHz, ToHz, Step, Phases) = (fromHz, toHz, fromHz / divisor, toHz / divisor);
        if (fromHz == toHz)
        {
            (Taps, _taps) = (1, [1]);
            return;
        }

        double cutoff = Math.Min(1, (double)Phases / Step) * quality.Rolloff;   // of the input's Nyquist frequency
        LatencySamples = (int)Math.Ceiling(quality.ZeroCrossings / cutoff);
        Taps = (2 * LatencySamples + 1 + 15) / 16 * 16;
        if ((long)Phases * Taps > MaxCoefficients)
            throw new ArgumentException(
                $"Expected rates with a common factor, got {fromHz} and {toHz} Hz, whose filter would need {(long)Phases * Taps} "
                + "coefficients; send a usual rate.", nameof(fromHz));
        _taps = new float[Phases * Taps];
        for (int phase = 0; phase < Phases; phase++) FillRow(phase, cutoff, quality);
    }

    /// <summary>The filter between two rates at the default quality, the same one whoever asks.</summary>
    /// <exception cref="ArgumentException">As of the constructor.</exception>
    public static ResamplerKernel Between(int fromHz, int toHz) =>
        Kept.TryGetValue((fromHz, toHz), out var kept) ? kept : Make(fromHz, toHz);

    /// <summary>Rate of the input.</summary>
    public int FromHz { get; }

    /// <summary>Rate of the output.</summary>
    public int ToHz { get; }

    /// <summary>
    /// Input samples after an output sample's own time that must have come before it can be computed. Output times are not shifted.
    /// </summary>
    public int LatencySamples { get; }

    /// <summary>Output samples after which input and output fall together again.</summary>
    internal int Phases { get; }

    /// <summary>Input samples in the same time.</summary>
    internal int Step { get; }

    /// <summary>Length of a row, a multiple of 16 (1 where the rates are the same); the last tap belongs to the newest sample.</summary>
    internal int Taps { get; }

    internal ReadOnlySpan<float> Row(int phase) => _taps.AsSpan(phase * Taps, Taps);

    private static ResamplerKernel Make(int fromHz, int toHz)
    {
        var made = new ResamplerKernel(fromHz, toHz);
        return Kept.Count < MostKept ? Kept.GetOrAdd((fromHz, toHz), made) : made;
    }

    // Taps beyond the window stay zero; they are at the front, so that a row never reads samples that have not come yet.
    private void FillRow(int phase, double cutoff, ResamplerQuality quality)
    {
        double norm = BesselI0(quality.KaiserBeta);
        for (int tap = 0; tap < Taps; tap++)
        {
            double crossings = cutoff * (tap - Taps + 1 + LatencySamples - (double)phase / Phases);
            double inWindow = crossings / quality.ZeroCrossings;
            if (Math.Abs(inWindow) > 1) continue;
            double sinc = crossings == 0 ? 1 : Math.Sin(Math.PI * crossings) / (Math.PI * crossings);
            _taps[phase * Taps + tap] = (float)(cutoff * sinc * BesselI0(quality.KaiserBeta * Math.Sqrt(1 - inWindow * inWindow)) / norm);
        }
    }

    // Modified Bessel function of the first kind, order 0, by its power series.
    private static double BesselI0(double x)
    {
        double sum = 1, term = 1;
        for (int k = 1; term > sum * 1e-17; k++)
        {
            term *= x / (2 * k) * (x / (2 * k));
            sum += term;
        }
        return sum;
    }

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
