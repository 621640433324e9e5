namespace AVServer.Speech;

/// <summary>Why a keyword may disappoint.</summary>
/// <param name="Kind">What is the matter.</param>
/// <param name="Message">For the user: what was found, and what to do.</param>
/// <param name="Near">Words or keywords that sound alike, the nearest first; none for a short one.</param>
public sealed record PronunciationWarning(PronunciationWarningKind Kind, string Message, IReadOnlyList<NearWord> Near);
