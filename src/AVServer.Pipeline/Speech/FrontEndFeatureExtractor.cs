using System.Buffers;
using AVServer.Runtime;
using AVServer.Signal;

namespace AVServer.Pipeline;

/// <summary>Hears by a front end's spectra; of an utterance that goes on, the last seconds.</summary>
internal sealed class FrontEndFeatureExtractor(IEmotionFrontEnd frontEnd) : IEmotionFeatureExtractor
{
    // Recent speech says more of now than what was said seconds ago.
    private const int RunningSamples = 3 * AudioClock.SampleRateHz;

    private (long First, int Count, EmotionInput Heard) _ahead;

    public void Begin() => _ahead = default;

    public EmotionInput ExtractSoFar(SampleRing sound, long first, int count)
    {
        var kept = Math.Min(count, RunningSamples);
        return Hear(sound, first + count - kept, kept);
    }

    public void Prepare(SampleRing sound, long first, int count) => _ahead = (first, count, Hear(sound, first, count));

    public EmotionInput ExtractWhole(SampleRing sound, long first, int count) =>
        (_ahead.First, _ahead.Count) == (first, count) ? _ahead.Heard : Hear(sound, first, count);

    private EmotionInput Hear(SampleRing sound, long first, int count)
    {
        if (frontEnd.FrameCount(count) == 0) return default;
        var rented = ArrayPool<float>.Shared.Rent(count);
        try
        {
            var samples = rented.AsSpan(0, count);
            sound.Read(first, samples);
            var features = new float[frontEnd.FrameCount(count) * frontEnd.Dim];
            frontEnd.Compute(samples, features);
            var descriptors = new float[frontEnd.DescriptorDim];
            frontEnd.Describe(samples, descriptors);
            return new EmotionInput(features, default, descriptors);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }
}
