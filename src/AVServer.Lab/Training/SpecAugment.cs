namespace AVServer.Lab.Training;

/// <summary>Masks of SpecAugment (Park et al., arXiv 1904.08779): stretches of time and of frequency are set to the mean.</summary>
public static class SpecAugment
{
    private const int Masks = 2;
    private const int LongestTime = 12;
    private const int WidestBand = 12;

    /// <summary>Masks in place.</summary>
    /// <param name="fbank">Frames of <paramref name="mels"/> values.</param>
    /// <param name="mels">Values of a frame.</param>
    /// <param name="random">Where and how much.</param>
    public static void Mask(Span<float> fbank, int mels, Random random)
    {
        var frames = fbank.Length / mels;
        var mean = 0.0;
        foreach (var value in fbank) mean += value;
        var fill = (float)(mean / fbank.Length);
        for (var i = random.Next(Masks + 1); i > 0; i--)
        {
            var length = random.Next(1, Math.Min(LongestTime, frames));
            fbank.Slice(random.Next(frames - length) * mels, length * mels).Fill(fill);
        }
        for (var i = random.Next(Masks + 1); i > 0; i--)
        {
            var width = random.Next(1, Math.Min(WidestBand, mels));
            var low = random.Next(mels - width);
            for (var t = 0; t < frames; t++) fbank.Slice((t * mels) + low, width).Fill(fill);
        }
    }
}
