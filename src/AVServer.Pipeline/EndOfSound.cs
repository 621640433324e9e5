using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>
/// Nothing happens behind the end of the sound. What is only said in part is heard out in silence, and its end is an estimate that may lie
/// there.
/// </summary>
internal static class EndOfSound
{
    /// <summary>Moves every time of the events that lies behind the end to it.</summary>
    /// <param name="events">What was noticed of late; entries are replaced.</param>
    /// <param name="end">Media time just past the last sample.</param>
    public static void Cut(List<StreamEvent> events, TimeSpan end)
    {
        for (var i = 0; i < events.Count; i++)
        {
            events[i] = events[i] switch
            {
                WakeWordEvent word => Cut(word, end),
                SpeechEvent speech =>
                    speech with { Start = Earlier(speech.Start, end), End = Earlier(speech.End, end), Words = Cut(speech.Words, end) },
                EmotionEvent emotion => emotion with
                {
                    Start = Earlier(emotion.Start, end),
                    End = Earlier(emotion.End, end),
                    EstimatedAt = Earlier(emotion.EstimatedAt, end),
                },
                var other => other,
            };
        }
    }

    /// <summary>Moves every time of a word that lies behind the end to it.</summary>
    public static WakeWordEvent Cut(WakeWordEvent word, TimeSpan end) => word with
    {
        Start = Earlier(word.Start, end),
        End = Earlier(word.End, end),
        DetectedAt = Earlier(word.DetectedAt, end),
    };

    private static IReadOnlyList<TimedWord>? Cut(IReadOnlyList<TimedWord>? words, TimeSpan end) =>
        words is null ? null : [.. words.Select(word => word with { Start = Earlier(word.Start, end), End = Earlier(word.End, end) })];

    private static TimeSpan Earlier(TimeSpan time, TimeSpan end) => time < end ? time : end;
}
