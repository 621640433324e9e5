namespace AVServer.Signal;

/// <summary>What the front ends for emotion share.</summary>
public static class EmotionFrontEnd
{
    /// <summary>Computes all vectors of an utterance into a new array.</summary>
    /// <param name="frontEnd">Front end.</param>
    /// <param name="samples">16 kHz, in [-1, 1).</param>
    /// <returns>[frames, dim], row after row; empty where no frame fits.</returns>
    public static float[] Compute(this IEmotionFrontEnd frontEnd, ReadOnlySpan<float> samples)
    {
        var features = new float[frontEnd.FrameCount(samples.Length) * frontEnd.Dim];
        frontEnd.Compute(samples, features);
        return features;
    }

    /// <exception cref="ArgumentException"><paramref name="features"/> has not the length of the utterance's vectors.</exception>
    internal static void RequireLength(this IEmotionFrontEnd frontEnd, ReadOnlySpan<float> samples, Span<float> features)
    {
        int frames = frontEnd.FrameCount(samples.Length);
        if (features.Length != frames * frontEnd.Dim) throw new ArgumentException($"Expected room for {frames} vectors of {frontEnd.Dim}, got {features.Length} values.", nameof(features));
    }
}
