using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AVServer.Signal;

/// <summary>
/// One pass of Stockham's transform: joins <c>radix</c> neighbouring transforms of <c>_size</c> points into one of
/// <c>radix × _size</c>. Input is [radix][groups][size], output [groups][radix][size].
/// </summary>
internal sealed class FftPass
{
    private readonly int _radix;
    private readonly int _size;
    private readonly int _groups;
    private readonly float[] _twiddles;

    private FftPass(int points, int radix, int size)
    {
        (_radix, _size, _groups) = (radix, size, points / (radix * size));
        // For size 4 a vector holds the twiddles of two groups, so the table repeats them.
        int run = Math.Max(size, Vector256<float>.Count);
        _twiddles = new float[2 * (radix - 1) * run];
        for (int r = 1; r < radix; r++)
        {
            for (int k = 0; k < run; k++)
            {
                var (sin, cos) = Math.SinCos(-2 * Math.PI * r * (k % size) / (radix * size));
                _twiddles[(2 * r - 2) * run + k] = (float)cos;
                _twiddles[(2 * r - 1) * run + k] = (float)sin;
            }
        }
    }

    /// <summary>The passes of a complex transform of <paramref name="points"/>, a power of two from 32.</summary>
    public static FftPass[] Plan(int points)
    {
        var passes = new List<FftPass>();
        int size = 1;
        for (; size * 4 <= points; size *= 4) passes.Add(new FftPass(points, 4, size));
        if (size < points) passes.Add(new FftPass(points, 2, size));
        return [.. passes];
    }

    /// <summary>Runs the pass; the four spans have as many floats as the transform has points and do not overlap.</summary>
    public void Run(ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, Span<float> toReal, Span<float> toImaginary)
    {
        var source = new Planes(ref MemoryMarshal.GetReference(real), ref MemoryMarshal.GetReference(imaginary));
        var target = new Planes(ref MemoryMarshal.GetReference(toReal), ref MemoryMarshal.GetReference(toImaginary));
        if (_radix == 2) JoinPairs(source, target);
        else if (_size == 1) JoinPoints(source, target);
        else if (_size == 4) JoinQuads(source, target);
        else JoinRuns(source, target);
    }

    // Size 1: no twiddles; eight groups at once, whose results must be interleaved.
    private void JoinPoints(Planes source, Planes target)
    {
        for (int g = 0; g < _groups; g += 8)
        {
            var joined = Butterfly(source.Load(g), source.Load(g + _groups), source.Load(g + 2 * _groups), source.Load(g + 3 * _groups));
            StoreInterleaved(joined.S0.Real, joined.S1.Real, joined.S2.Real, joined.S3.Real, ref target.Real, 4 * g);
            StoreInterleaved(
                joined.S0.Imaginary, joined.S1.Imaginary, joined.S2.Imaginary, joined.S3.Imaginary, ref target.Imaginary, 4 * g);
        }
    }

    // Size 4: two groups at once.
    private void JoinQuads(Planes source, Planes target)
    {
        var (w1, w2, w3) = (Twiddle(1, 0, 8), Twiddle(2, 0, 8), Twiddle(3, 0, 8));
        int stride = 4 * _groups;
        for (int g = 0; g < _groups; g += 2)
        {
            int at = 4 * g;
            var joined = Butterfly(
                source.Load(at), source.Load(at + stride) * w1, source.Load(at + 2 * stride) * w2, source.Load(at + 3 * stride) * w3);
            target.StoreHalves(joined.S0, 16 * g, 16);
            target.StoreHalves(joined.S1, 16 * g + 4, 16);
            target.StoreHalves(joined.S2, 16 * g + 8, 16);
            target.StoreHalves(joined.S3, 16 * g + 12, 16);
        }
    }

    private void JoinRuns(Planes source, Planes target)
    {
        int stride = _size * _groups;
        for (int k = 0; k < _size; k += 8)
        {
            var (w1, w2, w3) = (Twiddle(1, k, _size), Twiddle(2, k, _size), Twiddle(3, k, _size));
            for (int g = 0; g < _groups; g++)
            {
                int from = g * _size + k, to = 4 * g * _size + k;
                var joined = Butterfly(
                    source.Load(from), source.Load(from + stride) * w1, source.Load(from + 2 * stride) * w2,
                    source.Load(from + 3 * stride) * w3);
                target.Store(joined.S0, to);
                target.Store(joined.S1, to + _size);
                target.Store(joined.S2, to + 2 * _size);
                target.Store(joined.S3, to + 3 * _size);
            }
        }
    }

    // Always the last pass: one group.
    private void JoinPairs(Planes source, Planes target)
    {
        for (int k = 0; k < _size; k += 8)
        {
            var (a, b) = (source.Load(k), source.Load(k + _size) * Twiddle(1, k, _size));
            target.Store(a + b, k);
            target.Store(a - b, k + _size);
        }
    }

    private Complex8 Twiddle(int r, int k, int run) => new(
        Vector256.LoadUnsafe(ref _twiddles[(2 * r - 2) * run + k]),
        Vector256.LoadUnsafe(ref _twiddles[(2 * r - 1) * run + k]));

    private static (Complex8 S0, Complex8 S1, Complex8 S2, Complex8 S3) Butterfly(Complex8 a, Complex8 b, Complex8 c, Complex8 d)
    {
        Complex8 sumAc = a + c, differenceAc = a - c, sumBd = b + d, differenceBd = b - d;
        var turned = new Complex8(differenceBd.Imaginary, -differenceBd.Real);   // × -i
        return (sumAc + sumBd, differenceAc + turned, sumAc - sumBd, differenceAc - turned);
    }

    // Stores a0 b0 c0 d0 a1 b1 …: pairs by element, then pairs of pairs by 64 bits.
    private static void StoreInterleaved(
        Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d, ref float target, int index)
    {
        StoreInterleaved(a.GetLower(), b.GetLower(), c.GetLower(), d.GetLower(), ref target, index);
        StoreInterleaved(a.GetUpper(), b.GetUpper(), c.GetUpper(), d.GetUpper(), ref target, index + 16);
    }

    private static void StoreInterleaved(
        Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d, ref float target, int index)
    {
        var byElement = Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7);
        var byPair = Vector256.Create(0L, 2, 1, 3);
        var ab = Vector256.Shuffle(Vector256.Create(a, b), byElement);
        var cd = Vector256.Shuffle(Vector256.Create(c, d), byElement);
        Vector256.Shuffle(Vector256.Create(ab.GetLower(), cd.GetLower()).AsInt64(), byPair).AsSingle()
            .StoreUnsafe(ref target, (nuint)index);
        Vector256.Shuffle(Vector256.Create(ab.GetUpper(), cd.GetUpper()).AsInt64(), byPair).AsSingle()
            .StoreUnsafe(ref target, (nuint)(index + 8));
    }

    private readonly ref struct Planes(ref float real, ref float imaginary)
    {
        public readonly ref float Real = ref real;
        public readonly ref float Imaginary = ref imaginary;

        public Complex8 Load(int index) =>
            new(Vector256.LoadUnsafe(ref Real, (nuint)index), Vector256.LoadUnsafe(ref Imaginary, (nuint)index));

        public void Store(Complex8 value, int index)
        {
            value.Real.StoreUnsafe(ref Real, (nuint)index);
            value.Imaginary.StoreUnsafe(ref Imaginary, (nuint)index);
        }

        public void StoreHalves(Complex8 value, int index, int apart)
        {
            value.Real.GetLower().StoreUnsafe(ref Real, (nuint)index);
            value.Imaginary.GetLower().StoreUnsafe(ref Imaginary, (nuint)index);
            value.Real.GetUpper().StoreUnsafe(ref Real, (nuint)(index + apart));
            value.Imaginary.GetUpper().StoreUnsafe(ref Imaginary, (nuint)(index + apart));
        }
    }
}
