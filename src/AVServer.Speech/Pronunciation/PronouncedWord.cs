using System.Collections.Immutable;

namespace AVServer.Speech;

/// <summary>A word as it is said.</summary>
/// <param name="Text">The word, in lower case.</param>
/// <param name="Phones">Its phones, at least one.</param>
/// <param name="Source">Who knows them.</param>
public sealed record PronouncedWord(string Text, ImmutableArray<Phone> Phones, PronunciationSource Source);
