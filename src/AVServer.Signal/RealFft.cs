using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AVServer.Signal;

/// <summary>
/// Fourier transform of real samples of one power-of-two length. Holds tables only: one instance serves any number of threads.
/// </summary>
/// <remarks>
/// A real transform of N samples is a complex one of N/2 (even samples real, odd ones imaginary) and an untangling pass.
/// The complex one is Stockham's: radix-4 passes that sort as they go, real and imaginary parts in separate arrays, so that every
/// pass reads and writes runs of neighbours. A last radix-2 pass serves the halves that are no power of four.
/// </remarks>
public sealed class RealFft
{
    /// <summary>Shortest supported transform.</summary>
    public const int MinLength = 64;

    /// <summary>Longest supported transform.</summary>
    public const int MaxLength = 1 << 20;

    private readonly int _half;
    private readonly FftPass[] _passes;
    private readonly float[] _untangleReal;
    private readonly float[] _untangleImaginary;

    /// <param name="length">Samples per transform, a power of two from <see cref="MinLength"/> to <see cref="MaxLength"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="length"/> is no such number.</exception>
    public RealFft(int length)
    {
        if (length is < MinLength or > MaxLength || !BitOperations.IsPow2(length))
            throw new ArgumentException($"Expected a power of two from {MinLength} to {MaxLength}, got {length}.", nameof(length));
        Length = length;
        _half = length / 2;
        _passes = FftPass.Plan(_half);
        _untangleReal = new float[_half];
        _untangleImaginary = new float[_half];
        for (int k = 0; k < _half; k++)
        {
            var (sin, cos) = Math.SinCos(-2 * Math.PI * k / length);
            _untangleReal[k] = (float)cos;
            _untangleImaginary[k] = (float)sin;
        }
    }

    /// <summary>Samples per transform.</summary>
    public int Length { get; }

    /// <summary>Frequencies from zero to Nyquist, both included: <c>Length / 2 + 1</c>.</summary>
    public int Bins => _half + 1;

    /// <summary>Floats of scratch that a call needs.</summary>
    public int WorkspaceLength => 4 * _half;

    /// <summary>Spectrum of real samples, unscaled: <c>X[k] = Σ x[n]·e^(-2πikn/N)</c>.</summary>
    /// <param name="samples"><see cref="Length"/> samples; not kept.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats, overwritten.</param>
    /// <param name="real">Receives <see cref="Bins"/> real parts.</param>
    /// <param name="imaginary">Receives <see cref="Bins"/> imaginary parts.</param>
    /// <exception cref="ArgumentException">A length is not the one stated.</exception>
    public void Forward(ReadOnlySpan<float> samples, Span<float> workspace, Span<float> real, Span<float> imaginary)
    {
        RequireLengths(samples, workspace, real, nameof(real));
        if (imaginary.Length != Bins) throw new ArgumentException($"Expected {Bins} bins, got {imaginary.Length}.", nameof(imaginary));
        Transform(samples, workspace, out var zr, out var zi);
        for (int k = 0; k < _half; k++)
        {
            int mirror = (_half - k) & (_half - 1);
            float er = (zr[k] + zr[mirror]) * 0.5f, ei = (zi[k] - zi[mirror]) * 0.5f;
            float or = (zi[k] + zi[mirror]) * 0.5f, oi = (zr[mirror] - zr[k]) * 0.5f;
            real[k] = er + or * _untangleReal[k] - oi * _untangleImaginary[k];
            imaginary[k] = ei + or * _untangleImaginary[k] + oi * _untangleReal[k];
        }
        real[_half] = zr[0] - zi[0];
        imaginary[_half] = 0;
    }

    /// <summary>Squared magnitude of the spectrum, |X[k]|².</summary>
    /// <param name="samples"><see cref="Length"/> samples; not kept.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats, overwritten.</param>
    /// <param name="power">Receives <see cref="Bins"/> powers.</param>
    /// <exception cref="ArgumentException">A length is not the one stated.</exception>
    public void PowerSpectrum(ReadOnlySpan<float> samples, Span<float> workspace, Span<float> power)
    {
        RequireLengths(samples, workspace, power, nameof(power));
        Transform(samples, workspace, out var zr, out var zi);
        int k = 1;
        for (; k + 8 <= _half; k += 8) UntanglePower(zr, zi, k).CopyTo(power[k..]);
        // One overlapping step covers what is left: 8 always divides into half - 8 from the end.
        UntanglePower(zr, zi, _half - 8).CopyTo(power[(_half - 8)..]);
        power[0] = (zr[0] + zi[0]) * (zr[0] + zi[0]);
        power[_half] = (zr[0] - zi[0]) * (zr[0] - zi[0]);
    }

    // |E + w·O|² of eight neighbouring frequencies, E and O being the spectra of the even and the odd samples.
    private Vector256<float> UntanglePower(ReadOnlySpan<float> zr, ReadOnlySpan<float> zi, int k)
    {
        var reversed = Vector256.Create(7, 6, 5, 4, 3, 2, 1, 0);
        Vector256<float> ar = Load(zr, k), ai = Load(zi, k);
        var br = Vector256.Shuffle(Load(zr, _half - k - 7), reversed);
        var bi = Vector256.Shuffle(Load(zi, _half - k - 7), reversed);
        Vector256<float> er = ar + br, ei = ai - bi, or = ai + bi, oi = br - ar;
        Vector256<float> wr = Load(_untangleReal, k), wi = Load(_untangleImaginary, k);
        var real = er + or * wr - oi * wi;
        var imaginary = ei + or * wi + oi * wr;
        return (real * real + imaginary * imaginary) * 0.25f;
    }

    private void Transform(
        ReadOnlySpan<float> samples, Span<float> workspace, out ReadOnlySpan<float> real, out ReadOnlySpan<float> imaginary)
    {
        Span<float> fromReal = workspace[.._half], fromImaginary = workspace.Slice(_half, _half);
        Span<float> toReal = workspace.Slice(2 * _half, _half), toImaginary = workspace.Slice(3 * _half, _half);
        Deinterleave(samples, fromReal, fromImaginary);
        foreach (var pass in _passes)
        {
            pass.Run(fromReal, fromImaginary, toReal, toImaginary);
            var swap = fromReal; fromReal = toReal; toReal = swap;
            swap = fromImaginary; fromImaginary = toImaginary; toImaginary = swap;
        }
        real = fromReal;
        imaginary = fromImaginary;
    }

    private static void Deinterleave(ReadOnlySpan<float> samples, Span<float> even, Span<float> odd)
    {
        var evenThenOdd = Vector256.Create(0, 2, 4, 6, 1, 3, 5, 7);
        for (int i = 0; i < samples.Length; i += 8)
        {
            var sorted = Vector256.Shuffle(Load(samples, i), evenThenOdd);
            sorted.GetLower().CopyTo(even[(i / 2)..]);
            sorted.GetUpper().CopyTo(odd[(i / 2)..]);
        }
    }

    private static Vector256<float> Load(ReadOnlySpan<float> from, int index) =>
        Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(from), (nuint)index);

    private void RequireLengths(ReadOnlySpan<float> samples, Span<float> workspace, Span<float> bins, string binsName)
    {
        if (samples.Length != Length) throw new ArgumentException($"Expected {Length} samples, got {samples.Length}.", nameof(samples));
        if (workspace.Length < WorkspaceLength)
            throw new ArgumentException($"Expected at least {WorkspaceLength} floats, got {workspace.Length}.", nameof(workspace));
        if (bins.Length != Bins) throw new ArgumentException($"Expected {Bins} bins, got {bins.Length}.", binsName);
    }
}
