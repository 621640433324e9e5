using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>Brings what was said and what it expresses together, utterance by utterance.</summary>
internal static class SpokenSegments
{
    /// <summary>The utterances of a file, in order of time.</summary>
    /// <param name="events">Everything that was found in it.</param>
    public static IReadOnlyList<SpokenSegment> Of(IReadOnlyList<StreamEvent> events)
    {
        var segments = new SortedDictionary<(TimeSpan Start, TimeSpan End), SpokenSegment>();
        foreach (var speech in events.OfType<SpeechEvent>())
            segments[(speech.Start, speech.End)] = new SpokenSegment(speech.Start, speech.End, speech.Text);
        foreach (var emotion in events.OfType<EmotionEvent>().Where(emotion => emotion.Final))
        {
            var at = (emotion.Start, emotion.End);
            segments[at] = new SpokenSegment(
                emotion.Start, emotion.End, segments.GetValueOrDefault(at)?.Text, emotion.Label, emotion.Posteriors);
        }
        return [.. segments.Values];
    }
}
