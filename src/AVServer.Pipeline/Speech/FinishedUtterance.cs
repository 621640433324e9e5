using AVServer.Detection;
using AVServer.Runtime;
using AVServer.Speech;

namespace AVServer.Pipeline;

/// <summary>An utterance that is over, and what its final estimate needs.</summary>
/// <param name="Start">Media time at which it begins.</param>
/// <param name="End">Media time at which it ends.</param>
/// <param name="EndedAt">Media time that had been heard when its end was known.</param>
/// <param name="From">Media time from which words count as its own: later than the start where it overlaps the one before.</param>
/// <param name="To">Media time up to which words count as its own.</param>
/// <param name="Heard">What the emotion model hears; without features where emotion is off or no frame fits.</param>
/// <param name="Defect">What speaks against naming an emotion; null where nothing does.</param>
internal sealed record FinishedUtterance(
    TimeSpan Start, TimeSpan End, TimeSpan EndedAt, TimeSpan From, TimeSpan To, EmotionInput Heard, SpeechDefect? Defect)
{
    /// <summary>The words whose middle lies within <see cref="From"/> and <see cref="To"/>: in an overlap each counts once.</summary>
    public IEnumerable<SpokenWord> Own(IEnumerable<SpokenWord> words) =>
        words.Where(word => Start + ((word.Start + word.End) / 2) is var middle && middle >= From && middle < To);
}
