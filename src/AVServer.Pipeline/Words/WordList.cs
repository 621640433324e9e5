using System.Collections.Immutable;
using AVServer.Detection;

namespace AVServer.Pipeline;

/// <summary>The typed words of a moment, laid out for the matcher. Immutable; a change makes another list.</summary>
internal sealed class WordList
{
    /// <param name="states">Phones and their outputs.</param>
    /// <param name="options">How words are followed.</param>
    /// <param name="words">The words.</param>
    public WordList(PhoneStates states, MatcherOptions options, ImmutableArray<TypedWord> words)
    {
        Words = words;
        Set = new WordSet(states, options, [.. words.SelectMany((word, number) => word.Paths.Select(path => path with { Word = number }))]);
    }

    /// <summary>The words; their places are the numbers of the paths' words.</summary>
    public ImmutableArray<TypedWord> Words { get; }

    /// <summary>Their pronunciations.</summary>
    public WordSet Set { get; }
}
