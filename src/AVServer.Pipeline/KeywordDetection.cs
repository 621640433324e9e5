using AVServer.Contracts;
using AVServer.Detection;

namespace AVServer.Pipeline;

/// <summary>A wake word that a listener found.</summary>
/// <param name="Keyword">Which one.</param>
/// <param name="Score">Score of the stage that decided.</param>
/// <param name="Span">Where it lies, in seconds from the track's first sample.</param>
/// <param name="Step">The step at whose end the decision fell.</param>
/// <param name="Model">The model that decided.</param>
/// <param name="FirstStage">Score of the first stage at that step.</param>
/// <param name="Audio">Score of the audio verifier, where it ran.</param>
internal sealed record KeywordDetection(string Keyword, float Score, WordSpan Span, long Step, ModelReference Model, float FirstStage, float? Audio)
{
    /// <param name="origin">Media time of the track's first sample.</param>
    public WakeWordEvent ToEvent(TimeSpan origin)
    {
        var scores = new Dictionary<string, float> { ["firstStage"] = FirstStage };
        if (Audio is { } audio) scores["audio"] = audio;
        return new WakeWordEvent(
            Keyword,
            Score,
            origin + TimeSpan.FromSeconds(Span.Start),
            origin + TimeSpan.FromSeconds(Span.End),
            Modality.Audio,
            scores,
            Model,
            origin + AudioClock.HeardAt(Step));
    }
}
