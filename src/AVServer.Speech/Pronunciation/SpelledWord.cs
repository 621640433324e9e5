using System.Collections.Immutable;

namespace AVServer.Speech;

/// <summary>One way to say a word, by its letters.</summary>
/// <param name="Phones">At least one.</param>
/// <param name="LogProbability">Natural logarithm of the probability that a word is spelled and said like this; only differences between
/// ways of one word mean something.</param>
public sealed record SpelledWord(ImmutableArray<Phone> Phones, double LogProbability);
