using AVServer.Runtime;
using AVServer.Signal;

namespace AVServer.Lab.Features;

/// <summary>
/// Describes an utterance by a speech encoder as the server does: the mean of its vectors, window by window; behind it stands the length in
/// seconds.
/// </summary>
/// <param name="encoder">Not disposed here.</param>
/// <param name="windowSeconds">Length of a window.</param>
internal sealed class EncoderFrontEnd(SpeechEncoder encoder, double windowSeconds) : IEmotionFrontEnd
{
    public int Dim => 1;

    public int HopLength => 1;

    public int FrameLength => 1;

    public int DescriptorDim => encoder.Dim + 1;

    /// <summary>No frames: all is in the description.</summary>
    public int FrameCount(int samples) => 0;

    public void Compute(ReadOnlySpan<float> samples, Span<float> features)
    {
        if (!features.IsEmpty) throw new ArgumentException($"Expected room for no values, got {features.Length}.", nameof(features));
    }

    public void Describe(ReadOnlySpan<float> samples, Span<float> descriptors)
    {
        if (descriptors.Length != DescriptorDim)
            throw new ArgumentException($"Expected room for {DescriptorDim} values, got {descriptors.Length}.", nameof(descriptors));
        var heard = new EncodedUtterance(encoder, windowSeconds);
        var sound = samples.ToArray();
        heard.Finish(sound.Length, (first, window) => sound.AsSpan(first, window.Length).CopyTo(window));
        heard.Mean().CopyTo(descriptors);
        descriptors[^1] = sound.Length / (float)IEmotionFrontEnd.SampleRateHz;
    }
}
