namespace AVServer.Lab.Training;

/// <summary>
/// Makes the voice of somebody with a shorter or longer vocal tract: frequencies are stretched up to 4.8 kHz and squeezed above (Jaitly and
/// Hinton, "Vocal tract length perturbation", 2013).
/// </summary>
/// <remarks>On log-mel frames of 16 kHz sound, bands of 20 Hz to 8 kHz; pitch is below what they resolve.</remarks>
public static class VocalTract
{
    private const double LowHz = 20;
    private const double HighHz = 8_000;
    private const double KneeHz = 4_800;

    /// <summary>Warps in place.</summary>
    /// <param name="fbank">Frames of <paramref name="mels"/> values.</param>
    /// <param name="mels">Values of a frame.</param>
    /// <param name="factor">1.1 puts the formants 10 % higher; about 0.8 to 1.25.</param>
    public static void Warp(Span<float> fbank, int mels, double factor)
    {
        var (low, step) = (Mel(LowHz), (Mel(HighHz) - Mel(LowHz)) / (mels + 1));
        Span<float> frame = stackalloc float[mels];
        Span<float> places = stackalloc float[mels];
        for (var band = 0; band < mels; band++)
            places[band] = (float)Math.Clamp(((Mel(Source(Hz(low + ((band + 1) * step)), factor)) - low) / step) - 1, 0, mels - 1.001);
        for (var at = 0; at < fbank.Length; at += mels)
        {
            fbank.Slice(at, mels).CopyTo(frame);
            for (var band = 0; band < mels; band++)
            {
                var left = (int)places[band];
                fbank[at + band] = frame[left] + ((places[band] - left) * (frame[left + 1] - frame[left]));
            }
        }
    }

    private static double Source(double hz, double factor)
    {
        var knee = KneeHz * Math.Min(1, factor);
        return hz <= knee ? hz / factor : HighHz - ((HighHz - hz) / (HighHz - knee) * (HighHz - (knee / factor)));
    }

    private static double Mel(double hz) => 1127 * Math.Log(1 + (hz / 700));

    private static double Hz(double mel) => 700 * (Math.Exp(mel / 1127) - 1);
}
