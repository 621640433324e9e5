using AVServer.Contracts;
using AVServer.Detection;

namespace AVServer.Pipeline;

/// <summary>A place where a typed word may have been said, with what its sound is worth; whether it was said is still open.</summary>
/// <param name="Word">The word.</param>
/// <param name="Candidate">The alignment.</param>
/// <param name="Phones">The phones that were aligned.</param>
/// <param name="OriginSeconds">Time of the alignment's frame 0, from the track's first sample.</param>
/// <param name="Step">The step at whose end this was known.</param>
/// <param name="Model">The model that found it.</param>
/// <param name="ByEar">What the sound is worth by itself; null where it is worth nothing.</param>
/// <param name="ForEye">The same where lips count too: the large recogniser was asked as well where they may make up for it.</param>
internal sealed record ScoredWord(
    TypedWord Word,
    WordCandidate Candidate,
    IReadOnlyList<int> Phones,
    double OriginSeconds,
    long Step,
    ModelReference Model,
    SoundScore? ByEar,
    SoundScore ForEye)
{
    /// <summary>Where it lies, in seconds from the track's first sample.</summary>
    public WordSpan Span { get; } = WordTiming.Span(Candidate.Start, Candidate.End, OriginSeconds);
}

/// <summary>What a candidate's sound is worth.</summary>
/// <param name="LogOdds">Compared with the word's threshold.</param>
/// <param name="Scores">What each stage said; see <see cref="WakeWordEvent.Scores"/>.</param>
internal sealed record SoundScore(float LogOdds, IReadOnlyDictionary<string, float> Scores);
