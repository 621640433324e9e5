namespace AVServer.Signal;

/// <summary>
/// Samples of an utterance in, the features that an emotion model takes out; the same in training and in serving. Stateless, shared by
/// streams and threads.
/// </summary>
public interface IEmotionFrontEnd
{
    /// <summary>Samples per second of the input.</summary>
    const int SampleRateHz = 16_000;

    /// <summary>Length of a vector.</summary>
    int Dim { get; }

    /// <summary>Samples from a frame's start to the next one's.</summary>
    int HopLength { get; }

    /// <summary>Fewest samples that give a frame.</summary>
    int FrameLength { get; }

    /// <summary>Frames of an utterance: those that fit wholly into it; 0 for one shorter than <see cref="FrameLength"/>.</summary>
    /// <param name="samples">Number of samples.</param>
    int FrameCount(int samples) => samples < FrameLength ? 0 : (samples - FrameLength) / HopLength + 1;

    /// <summary>Computes all vectors of an utterance.</summary>
    /// <param name="samples">16 kHz, in [-1, 1); not kept.</param>
    /// <param name="features">Receives [<see cref="FrameCount"/>, <see cref="Dim"/>], row after row.</param>
    /// <exception cref="ArgumentException"><paramref name="features"/> is not as long as the utterance's vectors.</exception>
    void Compute(ReadOnlySpan<float> samples, Span<float> features);

    /// <summary>Computes all vectors of an utterance into a new array.</summary>
    /// <param name="samples">16 kHz, in [-1, 1).</param>
    /// <returns>[frames, <see cref="Dim"/>], row after row; empty where no frame fits.</returns>
    float[] Compute(ReadOnlySpan<float> samples)
    {
        var features = new float[FrameCount(samples.Length) * Dim];
        Compute(samples, features);
        return features;
    }

    /// <summary>Values that describe an utterance as a whole; 0 where the front end has none.</summary>
    int DescriptorDim => 0;

    /// <summary>Describes an utterance as a whole.</summary>
    /// <param name="samples">16 kHz, in [-1, 1); not kept.</param>
    /// <param name="descriptors">Receives <see cref="DescriptorDim"/> values; zeros where no frame fits.</param>
    /// <exception cref="ArgumentException"><paramref name="descriptors"/> has another length.</exception>
    void Describe(ReadOnlySpan<float> samples, Span<float> descriptors)
    {
        if (!descriptors.IsEmpty)
            throw new ArgumentException($"Expected room for no values, got {descriptors.Length}.", nameof(descriptors));
    }

    /// <summary>Describes an utterance as a whole, into a new array.</summary>
    /// <param name="samples">16 kHz, in [-1, 1).</param>
    /// <returns><see cref="DescriptorDim"/> values.</returns>
    float[] Describe(ReadOnlySpan<float> samples)
    {
        var descriptors = new float[DescriptorDim];
        Describe(samples, descriptors);
        return descriptors;
    }

    /// <exception cref="ArgumentException"><paramref name="features"/> has not the length of the utterance's vectors.</exception>
    internal static void RequireLength(IEmotionFrontEnd frontEnd, ReadOnlySpan<float> samples, Span<float> features)
    {
        int frames = frontEnd.FrameCount(samples.Length);
        if (features.Length != frames * frontEnd.Dim)
            throw new ArgumentException(
                $"Expected room for {frames} vectors of {frontEnd.Dim}, got {features.Length} values.", nameof(features));
    }
}
