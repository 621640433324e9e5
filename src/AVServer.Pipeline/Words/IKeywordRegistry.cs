using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>The wake words that were given as text: every running stream listens for them from its next step on. Thread-safe.</summary>
public interface IKeywordRegistry
{
    /// <summary>The words that are listened for, in the order in which they came.</summary>
    IReadOnlyList<KeywordDetails> Keywords { get; }

    /// <summary>A word by its name; null where there is none.</summary>
    KeywordDetails? Find(string name);

    /// <summary>Measures a word and listens for it; one that is there is replaced.</summary>
    /// <exception cref="KeywordException">The word can't be taken; the message says why.</exception>
    Task<KeywordDetails> AddAsync(KeywordRequest request, CancellationToken cancellationToken);

    /// <summary>Listens for a word no more.</summary>
    /// <returns>Whether it was there.</returns>
    bool Remove(string name);
}
