using AVServer.Contracts;
using AVServer.Detection;

namespace AVServer.Pipeline;

/// <summary>A wake word that a listener found.</summary>
/// <param name="Keyword">Which one.</param>
/// <param name="Score">Score of the stage that decided.</param>
/// <param name="Span">Where it lies, in seconds from the track's first sample.</param>
/// <param name="Step">The step at whose end the decision fell.</param>
/// <param name="Model">The model that decided.</param>
/// <param name="Scores">What each stage said, see <see cref="WakeWordEvent.Scores"/>.</param>
internal sealed record KeywordDetection(
    string Keyword, float Score, WordSpan Span, long Step, ModelReference Model, IReadOnlyDictionary<string, float> Scores)
{
    /// <summary>What the decision rests on.</summary>
    public Modality Modality { get; init; } = Modality.Audio;

    /// <param name="origin">Media time of the track's first sample.</param>
    public WakeWordEvent ToEvent(TimeSpan origin) => new(
        Keyword,
        Score,
        origin + TimeSpan.FromSeconds(Span.Start),
        origin + TimeSpan.FromSeconds(Span.End),
        Modality,
        Scores,
        Model,
        origin + AudioClock.HeardAt(Step));
}
