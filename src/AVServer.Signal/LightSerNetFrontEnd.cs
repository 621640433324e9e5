using System.Buffers;

namespace AVServer.Signal;

/// <summary>40 cepstral coefficients each 16 ms, of an utterance brought to one level. LIGHT-SERNET's front end.</summary>
/// <remarks>
/// After Aftab et al., "LIGHT-SERNET" (arXiv 2110.03435), and its public implementation: amplitude divided by the 99.9th percentile of its
/// magnitude, windows of 64 ms, 128 mel bands from 80 to 7600 Hz of magnitudes, HTK's cosine transform of their logarithms, coefficients
/// clipped.
/// </remarks>
public sealed class LightSerNetFrontEnd : IEmotionFrontEnd
{
    /// <summary>Coefficients lie in [-<see cref="Limit"/>, <see cref="Limit"/>].</summary>
    public const float Limit = 10;

    private const int Window = 1024;
    private const int Mels = 128;
    private const double Percentile = 0.999;
    private const float LogOffset = 1e-6f;

    private readonly RealFft _fft = new(Window);
    private readonly MelBank _mels = new(new FbankOptions { Mels = Mels, LowHz = 80, HighHz = 7600 }, Window);
    private readonly float[] _taper = new float[Window];
    private readonly float[] _cosines;

    public LightSerNetFrontEnd()
    {
        for (int i = 0; i < Window; i++) _taper[i] = (float)(0.5 - 0.5 * Math.Cos(2 * Math.PI * i / Window));
        _cosines = new float[Dim * Mels];
        for (int c = 0; c < Dim; c++)
            for (int m = 0; m < Mels; m++)
                _cosines[c * Mels + m] = (float)(Math.Sqrt(2.0 / Mels) * Math.Cos(Math.PI / Mels * (m + 0.5) * c));
    }

    /// <inheritdoc/>
    public int Dim => 40;

    /// <inheritdoc/>
    public int HopLength => 256;

    /// <inheritdoc/>
    public int FrameLength => Window;

    /// <inheritdoc/>
    public void Compute(ReadOnlySpan<float> samples, Span<float> features)
    {
        IEmotionFrontEnd.RequireLength(this, samples, features);
        float level = LevelOf(samples), scale = level > 0 ? 1 / level : 0;
        int length = Window + 2 * _fft.Bins + Mels + _fft.WorkspaceLength;
        var rented = ArrayPool<float>.Shared.Rent(length);
        try
        {
            for (int t = 0; t * Dim < features.Length; t++)
                Frame(samples.Slice(t * HopLength, Window), scale, rented.AsSpan(0, length), features.Slice(t * Dim, Dim));
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    private void Frame(ReadOnlySpan<float> samples, float scale, Span<float> workspace, Span<float> ceps)
    {
        var frame = workspace[..Window];
        var magnitudes = workspace.Slice(Window, _fft.Bins);
        var imaginary = workspace.Slice(Window + _fft.Bins, _fft.Bins);
        var mels = workspace.Slice(Window + 2 * _fft.Bins, Mels);
        for (int i = 0; i < Window; i++) frame[i] = Math.Clamp(samples[i] * scale, -1, 1) * _taper[i];
        _fft.Forward(frame, workspace[(Window + 2 * _fft.Bins + Mels)..], magnitudes, imaginary);
        for (int k = 0; k < magnitudes.Length; k++) magnitudes[k] = MathF.Sqrt(magnitudes[k] * magnitudes[k] + imaginary[k] * imaginary[k]);
        _mels.Apply(magnitudes, mels);
        for (int m = 0; m < Mels; m++) mels[m] = MathF.Log(mels[m] + LogOffset);
        for (int c = 0; c < ceps.Length; c++)
        {
            float sum = 0;
            for (int m = 0; m < Mels; m++) sum += _cosines[c * Mels + m] * mels[m];
            ceps[c] = Math.Clamp(sum, -Limit, Limit);
        }
    }

    /// <summary>The percentile of the magnitudes, linear between neighbours as NumPy has it.</summary>
    private static float LevelOf(ReadOnlySpan<float> samples)
    {
        if (samples.IsEmpty) return 0;
        var rented = ArrayPool<float>.Shared.Rent(samples.Length);
        try
        {
            var magnitudes = rented.AsSpan(0, samples.Length);
            for (int i = 0; i < samples.Length; i++) magnitudes[i] = MathF.Abs(samples[i]);
            magnitudes.Sort();
            double at = Percentile * (samples.Length - 1);
            int below = (int)at, above = Math.Min(below + 1, samples.Length - 1);
            return (float)(magnitudes[below] + (at - below) * (magnitudes[above] - magnitudes[below]));
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }
}
