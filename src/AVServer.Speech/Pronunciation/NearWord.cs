namespace AVServer.Speech;

/// <summary>A word that sounds like another.</summary>
/// <param name="Text">The word.</param>
/// <param name="Similarity">1 the same or contained, 0 nothing in common; see <see cref="PhoneDistance"/>.</param>
public sealed record NearWord(string Text, float Similarity);
