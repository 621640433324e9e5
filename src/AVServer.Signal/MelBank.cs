using System.Runtime.Intrinsics;

namespace AVServer.Signal;

/// <summary>Triangular bands, equally wide and half overlapping on the mel scale, as a sparse matrix [mels, bins].</summary>
/// <remarks>Follows Kaldi mel-computations.cc (no vocal tract warping); the Nyquist bin belongs to no band.</remarks>
internal sealed class MelBank
{
    private readonly Band[] _bands;
    private readonly float[] _weights;

    /// <param name="options">Rate, number of bands and their edges.</param>
    /// <param name="fftLength">Length of the transform whose powers are joined, a power of two from
    /// <see cref="RealFft.MinLength"/>.</param>
    /// <exception cref="ArgumentException">A band is narrower than the spectrum's resolution, so that it holds no bin.</exception>
    public MelBank(FbankOptions options, int fftLength)
    {
        double binHz = (double)options.SampleRateHz / fftLength;
        int bins = fftLength / 2;
        double low = Mel(options.LowHz), step = (Mel(options.UpperHz) - low) / (options.Mels + 1);
        _bands = new Band[options.Mels];
        var weights = new List<float>();
        for (int m = 0; m < options.Mels; m++)
        {
            double left = low + m * step, centre = left + step, right = centre + step;
            int first = 0, end = bins;
            while (first < bins && Mel(first * binHz) <= left) first++;
            while (end > first && Mel((end - 1) * binHz) >= right) end--;
            if (end == first)
                throw new ArgumentException(
                    $"Expected each of {options.Mels} mel bands to hold a frequency of a {fftLength}-point transform, but band {m} holds "
                    + "none: use fewer bands.", nameof(options));

            // Whole vectors, shifted down where they would read past the last bin; the added weights are zero.
            int lanes = Vector256<float>.Count, length = (end - first + lanes - 1) / lanes * lanes;
            int start = Math.Min(first, bins - length);
            _bands[m] = new Band(start, weights.Count, length);
            for (int bin = start; bin < start + length; bin++)
            {
                double mel = Mel(bin * binHz);
                weights.Add((float)Math.Max(0, Math.Min((mel - left) / (centre - left), (right - mel) / (right - centre))));
            }
        }
        _weights = [.. weights];
    }

    /// <summary>Joins a power spectrum to band energies.</summary>
    /// <param name="power">At least <c>fftLength / 2</c> powers.</param>
    /// <param name="energies">Receives one energy per band.</param>
    public void Apply(ReadOnlySpan<float> power, Span<float> energies)
    {
        for (int m = 0; m < _bands.Length; m++)
        {
            var band = _bands[m];
            var bandPower = power.Slice(band.Start, band.Length);
            var weights = _weights.AsSpan(band.WeightsStart, band.Length);
            var sum = Vector256<float>.Zero;
            for (int i = 0; i < band.Length; i += Vector256<float>.Count)
                sum += Vector256.Create(bandPower[i..]) * Vector256.Create<float>(weights[i..]);
            energies[m] = Vector256.Sum(sum);
        }
    }

    /// <summary>Mel value of a frequency, as HTK and Kaldi have it.</summary>
    public static double Mel(double hz) => 1127 * Math.Log(1 + hz / 700);

    private readonly record struct Band(int Start, int WeightsStart, int Length);
}
