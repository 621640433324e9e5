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
    private Ending? _ahead;

    public void Begin()
    {
        _utterance = new EncodedUtterance(encoder, windowSeconds);
        _tracker.Begin();
        _ahead = null;
    }

    public EmotionInput ExtractSoFar(SampleRing sound, long first, int count)
    {
        var heard = _utterance.Heard;
        _utterance.Advance(count, (from, samples) => sound.Read(first + from, samples));
        if (_utterance.Heard == heard) return default;
        // What was heard ahead rests on a window less.
        _ahead = null;
        return Describe(StatisticsOf(_tracker.Find(sound, first, count)));
    }

    public void Prepare(SampleRing sound, long first, int count) => _ahead = Hear(sound, first, count);

    /// <remarks>The utterance counts as its speaker's from the next one on.</remarks>
    /// <inheritdoc/>
    public EmotionInput ExtractWhole(SampleRing sound, long first, int count)
    {
        var ending = _ahead?.Count == count ? _ahead : Hear(sound, first, count);
        _utterance = ending.Utterance;
        if (_utterance.IsEmpty) return default;
        var seconds = (double)count / AudioClock.SampleRateHz;
        var speaker = StatisticsOf(ending.Speaker.Speaker);
        var input = Describe(speaker);
        speaker.Add(input.Descriptors.Span, seconds);
        _tracker.Remember(ending.Speaker, seconds);
        return input;
    }

    private Ending Hear(SampleRing sound, long first, int count)
    {
        // The pause that ends it may have been heard already.
        var utterance = count > _utterance.Heard
            ? _utterance.Finished(count, (from, samples) => sound.Read(first + from, samples)) : _utterance;
        return new Ending(count, utterance, utterance.IsEmpty ? default : _tracker.FindAtEnd(sound, first, count));
    }

    private EmotionInput Describe(SpeakerStatistics speaker) => new(default, default, _utterance.Mean(), speaker.ToArray());

    private SpeakerStatistics StatisticsOf(int speaker)
    {
        while (_speakers.Count <= speaker) _speakers.Add(new SpeakerStatistics(encoder.Dim));
        return _speakers[speaker];
    }

    /// <summary>What is heard of an utterance that ends after so many samples.</summary>
    private sealed record Ending(int Count, EncodedUtterance Utterance, SpeakerGuess Speaker);
}
