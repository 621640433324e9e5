namespace AVServer.Speech;

/// <summary>A word that was said.</summary>
/// <param name="Word">As the recogniser spells it.</param>
/// <param name="Start">When it begins, from the beginning of the utterance.</param>
/// <param name="End">When it ends, likewise.</param>
/// <param name="Confidence">How sure the recogniser is of it, 0 to 1.</param>
public readonly record struct SpokenWord(string Word, TimeSpan Start, TimeSpan End, float Confidence);
