using System.Buffers;

namespace AVServer.Signal;

/// <summary>32 cepstral coefficients with their first and second derivatives: 96 values each 10 ms. MSCNN-SPU's front end.</summary>
/// <remarks>
/// After Peng et al., "Efficient Speech Emotion Recognition Using Multi-Scale CNN and Attention" (arXiv 2106.04133), which names 96 × 750
/// MFCC; that they are coefficients and derivatives, and the 40 mel bands, are our reading. Kaldi's definitions throughout: max difference
/// 1e-3 on tests/golden/emotion-features.
/// </remarks>
public sealed class MfccDeltasFrontEnd : IEmotionFrontEnd
{
    /// <summary>Cepstral coefficients, the zeroth included: the first third of a vector.</summary>
    public const int Ceps = 32;

    private const int Mels = 40;
    private const int Order = 2;
    private readonly MfccComputer _mfcc = new(new MfccOptions { Ceps = Ceps, Fbank = new() { Mels = Mels }, UseEnergy = false });

    /// <inheritdoc/>
    public int Dim => Ceps * (Order + 1);

    /// <inheritdoc/>
    public int HopLength => _mfcc.Geometry.HopLength;

    /// <inheritdoc/>
    public int FrameLength => _mfcc.Geometry.FrameLength;

    /// <inheritdoc/>
    public void Compute(ReadOnlySpan<float> samples, Span<float> features)
    {
        IEmotionFrontEnd.RequireLength(this, samples, features);
        var rented = ArrayPool<float>.Shared.Rent(_mfcc.WorkspaceLength);
        try
        {
            for (int t = 0; t * Dim < features.Length; t++)
                _mfcc.Compute(samples.Slice(t * HopLength, FrameLength), rented, features.Slice(t * Dim, Ceps));
            Deltas.Fill(features, Ceps, Order);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }
}
