using AVServer.Signal;

namespace AVServer.Lab.Training.Phones;

/// <summary>Cepstra as the phone network hears them.</summary>
/// <param name="noiseVariance">Variance of the white noise that is added in expectation, Kaldi's scale.</param>
internal sealed class PhoneCepstra(float noiseVariance)
{
    private readonly MfccComputer _mfcc = new(
        new MfccOptions { UseEnergy = false, Fbank = new FbankOptions { Mels = 23, NoiseVariance = noiseVariance } });

    /// <summary>Coefficients of a frame.</summary>
    public int Dim => _mfcc.Dim;

    /// <summary>Whole frames in so many samples.</summary>
    public int FramesOf(int samples) =>
        samples < _mfcc.Geometry.FrameLength ? 0 : ((samples - _mfcc.Geometry.FrameLength) / _mfcc.Geometry.HopLength) + 1;

    /// <summary>All frames of a recording, frames outermost.</summary>
    /// <param name="samples">Sound in [-1, 1), 16 kHz.</param>
    /// <param name="cepstra">Receives <see cref="FramesOf"/> · <see cref="Dim"/> values.</param>
    public void Compute(ReadOnlySpan<float> samples, Span<float> cepstra)
    {
        var workspace = new float[_mfcc.WorkspaceLength];
        var (length, hop) = (_mfcc.Geometry.FrameLength, _mfcc.Geometry.HopLength);
        for (var frame = 0; frame < FramesOf(samples.Length); frame++)
            _mfcc.Compute(samples.Slice(frame * hop, length), workspace, cepstra.Slice(frame * Dim, Dim));
    }
}
