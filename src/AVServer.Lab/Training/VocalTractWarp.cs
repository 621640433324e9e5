namespace AVServer.Lab.Training;

/// <summary>
/// Another throat and another microphone, on mel features: the frequency axis is stretched, and a slow curve is added to the spectrum.
/// </summary>
/// <remarks>
/// Stretching after vocal tract length perturbation (Jaitly and Hinton 2013), here on the mel axis itself. A pool of examples is made once;
/// this makes each of them another speaker each time that it is drawn.
/// </remarks>
public static class VocalTractWarp
{
    /// <summary>Largest stretch, as a share.</summary>
    private const float Stretch = 0.12f;

    /// <summary>Largest slope and largest bend of the curve, in nats from one end to the other.</summary>
    private const float Curve = 2;

    /// <summary>Copies frames, warped.</summary>
    /// <param name="source">Frames of <paramref name="mels"/> log energies.</param>
    /// <param name="mels">Values of a frame.</param>
    /// <param name="target">As many values.</param>
    /// <param name="random">How much.</param>
    public static void Apply(ReadOnlySpan<Half> source, int mels, Span<float> target, Random random)
    {
        var factor = 1 + (Stretch * Spread(random));
        var (slope, bend) = (Curve * Spread(random), Curve * Spread(random));
        Span<int> below = stackalloc int[mels];
        Span<float> share = stackalloc float[mels], curve = stackalloc float[mels];
        for (var m = 0; m < mels; m++)
        {
            var at = Math.Min(m * factor, mels - 1);
            below[m] = Math.Min((int)at, mels - 2);
            share[m] = at - below[m];
            var place = (m / (mels - 1f)) - 0.5f;
            curve[m] = (slope * place) + (bend * ((4 * place * place) - 0.5f));
        }
        for (var frame = 0; frame + mels <= target.Length; frame += mels)
            for (var m = 0; m < mels; m++)
            {
                var (low, high) = ((float)source[frame + below[m]], (float)source[frame + below[m] + 1]);
                target[frame + m] = low + (share[m] * (high - low)) + curve[m];
            }
    }

    private static float Spread(Random random) => (2 * random.NextSingle()) - 1;
}
