using AVServer.Detection;
using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>
/// Hears by a speech encoder, each second once, and remembers how the stream's speaker spoke before: two numbers a value, in memory, gone
/// with the stream.
/// </summary>
internal sealed class EncoderFeatureExtractor(SpeechEncoder encoder, double windowSeconds) : IEmotionFeatureExtractor
{
    private readonly SpeakerStatistics _speaker = new(encoder.Dim);
    private EncodedUtterance _utterance = new(encoder, windowSeconds);

    public void Begin() => _utterance = new EncodedUtterance(encoder, windowSeconds);

    public EmotionInput ExtractSoFar(SampleRing sound, long first, int count)
    {
        var heard = _utterance.Heard;
        _utterance.Advance(count, (from, samples) => sound.Read(first + from, samples));
        return _utterance.Heard == heard ? default : Describe();
    }

    /// <remarks>The utterance counts as the speaker's from the next one on.</remarks>
    /// <inheritdoc/>
    public EmotionInput ExtractWhole(SampleRing sound, long first, int count)
    {
        // The pause that ended it may have been heard already.
        if (count > _utterance.Heard) _utterance.Finish(count, (from, samples) => sound.Read(first + from, samples));
        if (_utterance.IsEmpty) return default;
        var input = Describe();
        _speaker.Add(input.Descriptors.Span, (double)count / AudioClock.SampleRateHz);
        return input;
    }

    private EmotionInput Describe() => new(default, default, _utterance.Mean(), _speaker.ToArray());
}
