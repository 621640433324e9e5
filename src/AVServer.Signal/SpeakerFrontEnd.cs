namespace AVServer.Signal;

/// <summary>
/// What an x-vector network hears of an utterance: 23 cepstral coefficients each 10 ms at 8 kHz, of which the mean of the three seconds
/// around each frame was taken away, without the frames that are far below the loudest. Holds tables only: safe to share.
/// </summary>
/// <remarks>
/// Follows the features of Kaldi's recipe egs/callhome_diarization/v2 (Snyder et al., <i>X-vectors: Robust DNN Embeddings for Speaker
/// Recognition</i>, ICASSP 2018, section 3.1); the frames of an utterance are chosen against its own loudest, since its level is unknown.
/// </remarks>
public sealed class SpeakerFrontEnd
{
    /// <summary>Samples per second of the input.</summary>
    public const int SampleRateHz = 16_000;

    /// <summary>Values of a frame.</summary>
    public const int Dim = 23;

    private const int NetworkRateHz = 8_000;
    private const int MeanFrames = 300;

    // Natural logarithm of the energy: 39 dB below the loudest frame.
    private const float Range = 9;

    private readonly MfccComputer _mfcc = new(new MfccOptions
    {
        Fbank = new FbankOptions { SampleRateHz = NetworkRateHz, Mels = Dim, LowHz = 20, HighHz = 3_700 },
        Ceps = Dim,
    });

    /// <summary>Computes the frames of an utterance.</summary>
    /// <param name="samples">16 kHz, in [-1, 1); not kept.</param>
    /// <returns>[frames, <see cref="Dim"/>], row after row; empty where no frame fits.</returns>
    public float[] Compute(ReadOnlySpan<float> samples)
    {
        var ceps = Mfcc.Compute(Resampler.Convert(samples, SampleRateHz, NetworkRateHz), _mfcc);
        var frames = ceps.Length / Dim;
        var least = 0f;
        for (var t = 0; t < frames; t++) least = Math.Max(least, ceps[t * Dim] - Range);
        var kept = new List<float>(ceps.Length);
        var (sum, from, until) = (new double[Dim], 0, 0);
        for (var t = 0; t < frames; t++)
        {
            // The three seconds around a frame, moved inwards at the ends.
            var last = Math.Min(frames, Math.Max(0, t - (MeanFrames / 2)) + MeanFrames);
            var first = Math.Max(0, last - MeanFrames);
            for (; until < last; until++) Add(until, 1);
            for (; from < first; from++) Add(from, -1);
            if (!(ceps[t * Dim] > least)) continue;
            for (var d = 0; d < Dim; d++) kept.Add(ceps[(t * Dim) + d] - (float)(sum[d] / (until - from)));
        }
        return [.. kept];

        void Add(int frame, int sign)
        {
            for (var d = 0; d < Dim; d++) sum[d] += sign * ceps[(frame * Dim) + d];
        }
    }
}
