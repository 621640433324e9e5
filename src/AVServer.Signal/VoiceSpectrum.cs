using System.Runtime.Intrinsics;

namespace AVServer.Signal;

/// <summary>
/// What the spectrum of one frame of a voice looks like: its cepstrum, tilt, centre, spread, entropy, change, and shares of ten bands.
/// </summary>
/// <remarks>
/// Tilts (alpha ratio, Hammarberg index, slopes) after Eyben et al., "The Geneva minimalistic acoustic parameter set" (IEEE TAC 7/2, 2016).
/// Holds tables only.
/// </remarks>
internal sealed class VoiceSpectrum
{
    /// <summary>Values of a frame.</summary>
    public const int Dim = Ceps + 24;

    /// <summary>Cepstral coefficients: the first values.</summary>
    public const int Ceps = 16;

    private const int Mels = 40;
    private static readonly int[] BandEdgesHz = [50, 150, 300, 500, 800, 1200, 1800, 2700, 3700, 5200, 7600];
    private static readonly (int Low, int High)[] SlopesHz = [(0, 500), (500, 1500), (1500, 5000)];
    private static readonly float[] RollOffs = [0.25f, 0.5f, 0.85f, 0.95f];

    private readonly int _bins;
    private readonly double _binHz;
    private readonly MelBank _mels;
    private readonly float[] _cosines = new float[Ceps * Mels];
    private readonly float[][] _slopes;
    private readonly float[] _hz;
    private readonly float[] _squareHz;

    /// <param name="fftLength">Length of the transform.</param>
    public VoiceSpectrum(int fftLength)
    {
        (_bins, _binHz) = (fftLength / 2 + 1, (double)IEmotionFrontEnd.SampleRateHz / fftLength);
        _mels = new MelBank(new FbankOptions { Mels = Mels, LowHz = 50, HighHz = 7600 }, fftLength);
        for (int c = 0; c < Ceps; c++)
            for (int m = 0; m < Mels; m++)
                _cosines[c * Mels + m] = (float)(Math.Sqrt((c == 0 ? 1.0 : 2.0) / Mels) * Math.Cos(Math.PI / Mels * (m + 0.5) * c));

        _hz = [.. Enumerable.Range(0, _bins).Select(k => (float)(k * _binHz))];
        _squareHz = Array.ConvertAll(_hz, hz => hz * hz);
        _slopes = Array.ConvertAll(SlopesHz, edges => Regression(edges.Low, edges.High));
    }

    /// <summary>Bins from one frequency up to, but without, another.</summary>
    public Range Between(double lowHz, double highHz) => (int)Math.Ceiling(lowHz / _binHz)..(int)Math.Ceiling(highHz / _binHz);

    /// <summary>Floats of scratch that <see cref="Describe"/> needs.</summary>
    public static int WorkspaceLength => Mels;

    /// <summary>Describes a frame.</summary>
    /// <param name="power">Its power spectrum, at least 1 everywhere.</param>
    /// <param name="decibels">10·log₁₀ of it.</param>
    /// <param name="amplitudes">Receives √(share of each bin), which the next frame's change is measured from.</param>
    /// <param name="before">The frame's before; empty of the first.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats, overwritten.</param>
    /// <param name="values">Receives <see cref="Dim"/> values.</param>
    public void Describe(
        ReadOnlySpan<float> power, ReadOnlySpan<float> decibels, Span<float> amplitudes, ReadOnlySpan<float> before, Span<float> workspace,
        Span<float> values)
    {
        Cepstrum(power, workspace[..Mels], values[..Ceps]);
        var rest = values[Ceps..];
        rest[0] = Decibels(Sum(power[Between(50, 1000)]) / Sum(power[Between(1000, 5000)]));
        rest[1] = Max(decibels[Between(0, 2000)]) - Max(decibels[Between(2000, 5000)]);
        for (int i = 0; i < _slopes.Length; i++) rest[2 + i] = Dot(decibels[Between(SlopesHz[i].Low, SlopesHz[i].High)], _slopes[i]);

        double total = Sum(power), logs = Sum(decibels), weighted = Products(power, decibels), toLog = Math.Log(10) / 10;
        double centroid = Products(power, _hz) / total;
        rest[5] = (float)Math.Log(centroid);
        rest[6] = (float)(0.5 * Math.Log(Math.Max(Products(power, _squareHz) / total - centroid * centroid, 1)));
        RollOff(power, total, rest.Slice(7, RollOffs.Length));
        rest[11] = (float)(Math.Log(total) - toLog * weighted / total);
        rest[12] = (float)(toLog * logs / _bins - Math.Log(total / _bins));
        float scale = (float)(1 / total);
        Roots(power, scale, amplitudes);
        rest[13] = before.IsEmpty ? 0 : MathF.Sqrt(Math.Max(0, 2 - 2 * Dot(amplitudes, before)));
        for (int b = 0; b + 1 < BandEdgesHz.Length; b++)
            rest[14 + b] = Decibels(Sum(power[Between(BandEdgesHz[b], BandEdgesHz[b + 1])]) / total);
    }

    private void Cepstrum(ReadOnlySpan<float> power, Span<float> mels, Span<float> ceps)
    {
        _mels.Apply(power, mels);
        for (int m = 0; m < Mels; m++) mels[m] = MathF.Log(mels[m]);
        for (int c = 0; c < ceps.Length; c++) ceps[c] = Dot(_cosines.AsSpan(c * Mels, Mels), mels);
    }

    /// <summary>Logarithms of the frequencies below which a share of the power lies.</summary>
    private void RollOff(ReadOnlySpan<float> power, double total, Span<float> found)
    {
        double sum = 0;
        for (int k = 0, next = 0; next < RollOffs.Length; k++)
        {
            sum += power[k];
            while (next < RollOffs.Length && (sum >= RollOffs[next] * total || k == _bins - 1))
                found[next++] = (float)Math.Log(Math.Max(k, 1) * _binHz);
        }
    }

    /// <summary>Weights whose sum over a band's decibels is the slope of their regression line, in dB a kHz.</summary>
    private float[] Regression(double lowHz, double highHz)
    {
        var (start, end) = (Between(lowHz, highHz).Start.Value, Between(lowHz, highHz).End.Value);
        double middle = (start + end - 1) / 2.0, squares = 0;
        for (int k = start; k < end; k++) squares += (k - middle) * (k - middle);
        return [.. Enumerable.Range(start, end - start).Select(k => (float)((k - middle) / squares / _binHz * 1000))];
    }

    private static void Roots(ReadOnlySpan<float> power, float scale, Span<float> roots)
    {
        int k = 0;
        for (; k + Vector256<float>.Count <= power.Length; k += Vector256<float>.Count)
            Vector256.Sqrt(Vector256.Create(power[k..]) * scale).CopyTo(roots[k..]);
        for (; k < power.Length; k++) roots[k] = MathF.Sqrt(power[k] * scale);
    }

    private static float Decibels(double ratio) => (float)(10 * Math.Log10(ratio));

    /// <summary>Sum in double precision.</summary>
    private static double Sum(ReadOnlySpan<float> values)
    {
        int i = 0;
        var sums = Vector256<double>.Zero;
        for (; i + Vector256<float>.Count <= values.Length; i += Vector256<float>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.Create(values[i..]));
            sums += low + high;
        }
        double sum = Vector256.Sum(sums);
        for (; i < values.Length; i++) sum += values[i];
        return sum;
    }

    /// <summary>Sum of products in double precision.</summary>
    private static double Products(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        int i = 0;
        var sums = Vector256<double>.Zero;
        for (; i + Vector256<float>.Count <= a.Length; i += Vector256<float>.Count)
        {
            var ((lowA, highA), (lowB, highB)) = (Vector256.Widen(Vector256.Create(a[i..])), Vector256.Widen(Vector256.Create(b[i..])));
            sums += lowA * lowB + highA * highB;
        }
        double sum = Vector256.Sum(sums);
        for (; i < a.Length; i++) sum += (double)a[i] * b[i];
        return sum;
    }

    private static float Max(ReadOnlySpan<float> values)
    {
        int i = 0;
        var largest = Vector256.Create(values[0]);
        for (; i + Vector256<float>.Count <= values.Length; i += Vector256<float>.Count)
            largest = Vector256.Max(largest, Vector256.Create(values[i..]));
        float max = values[0];
        for (int lane = 0; lane < Vector256<float>.Count; lane++) max = Math.Max(max, largest[lane]);
        for (; i < values.Length; i++) max = Math.Max(max, values[i]);
        return max;
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        int i = 0;
        var sums = Vector256<float>.Zero;
        for (; i + Vector256<float>.Count <= a.Length; i += Vector256<float>.Count)
            sums += Vector256.Create(a[i..]) * Vector256.Create(b[i..]);
        float sum = Vector256.Sum(sums);
        for (; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
