namespace AVServer.Contracts;

/// <summary>One utterance of a file: what was said, and what it expresses.</summary>
/// <param name="Start">Media time at which it begins.</param>
/// <param name="End">Media time at which it ends.</param>
/// <param name="Text">The words; absent where none were understood.</param>
/// <param name="Label">As in <see cref="EmotionEvent.Label"/>; absent where emotion is off.</param>
/// <param name="Posteriors">As in <see cref="EmotionEvent.Posteriors"/>; absent where emotion is off.</param>
public sealed record SpokenSegment(
    TimeSpan Start, TimeSpan End, string? Text = null, string? Label = null, IReadOnlyDictionary<string, float>? Posteriors = null);
