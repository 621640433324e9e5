using System.Text.Json.Serialization;

namespace AVServer.Detection;

/// <summary>How a word is followed through the scores of a phone network.</summary>
/// <param name="SpeechWeight">Weight of the best score of all, against the best of silence, in what a gain is measured from.</param>
/// <param name="GainCap">Highest gain of a frame: a phone that is heard very clearly doesn't make up for one that is missing.</param>
/// <param name="LookaheadFrames">Frames after a word's best end until it is a candidate, in which a better end may come.</param>
public sealed record MatcherOptions(
    float SpeechWeight = 0.3f, float GainCap = 0.5f, [property: JsonPropertyName("ripeFrames")] int LookaheadFrames = 5);
