using AVServer.Detection;
using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>
/// Hears by a speech encoder, each second once, and remembers how each of the stream's speakers spoke before: two numbers a value, in
/// memory, gone with the stream.
/// </summary>
/// <param name="encoder">Shared.</param>
/// <param name="windowSeconds">Length of a window.</param>
/// <param name="embedding">Tells speakers apart, shared; null where all are taken for one.</param>
internal sealed class EncoderFeatureExtractor(SpeechEncoder encoder, double windowSeconds, SpeakerEmbedding? embedding)
    : IEmotionFeatureExtractor
{
    private readonly SpeakerTracker _tracker = new(embedding);
    private readonly List<SpeakerStatistics> _speakers = [];
    private EncodedUtterance _utterance = new(encoder, windowSeconds);

    public void Begin()
    {
        _utterance = new EncodedUtterance(encoder, windowSeconds);
        _tracker.Begin();
    }

    public EmotionInput ExtractSoFar(SampleRing sound, long first, int count)
    {
        var heard = _utterance.Heard;
        _utterance.Advance(count, (from, samples) => sound.Read(first + from, samples));
        return _utterance.Heard == heard ? default : Describe(StatisticsOf(_tracker.Find(sound, first, count, isOver: false)));
    }

    /// <remarks>The utterance counts as its speaker's from the next one on.</remarks>
    /// <inheritdoc/>
    public EmotionInput ExtractWhole(SampleRing sound, long first, int count)
    {
        // The pause that ended it may have been heard already.
        if (count > _utterance.Heard) _utterance.Finish(count, (from, samples) => sound.Read(first + from, samples));
        if (_utterance.IsEmpty) return default;
        var seconds = (double)count / AudioClock.SampleRateHz;
        var speaker = StatisticsOf(_tracker.Find(sound, first, count, isOver: true));
        var input = Describe(speaker);
        speaker.Add(input.Descriptors.Span, seconds);
        _tracker.Remember(seconds);
        return input;
    }

    private EmotionInput Describe(SpeakerStatistics speaker) => new(default, default, _utterance.Mean(), speaker.ToArray());

    private SpeakerStatistics StatisticsOf(int speaker)
    {
        while (_speakers.Count <= speaker) _speakers.Add(new SpeakerStatistics(encoder.Dim));
        return _speakers[speaker];
    }
}
