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

    /// <summary>Learns from recordings how a word sounds, and listens for it so from now on; what was learnt before is forgotten.</summary>
    /// <param name="name">A word that is listened for.</param>
    /// <param name="recordings">Three to ten, of up to ten seconds, with the word once in each.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What the recordings brought; null where there is no such word.</returns>
    /// <exception cref="KeywordException">A recording can't be taken; the message says which, and why.</exception>
    Task<KeywordDetails?> EnrolAsync(string name, IReadOnlyList<KeywordRecording> recordings, CancellationToken cancellationToken);

    /// <summary>Forgets what was learnt from recordings of a word; its text alone counts again.</summary>
    /// <returns>Whether there was such a word with recordings.</returns>
    Task<bool> ForgetRecordingsAsync(string name, CancellationToken cancellationToken);

    /// <summary>Listens for a word no more.</summary>
    /// <returns>Whether it was there.</returns>
    bool Remove(string name);

    /// <summary>A word as it was measured, for other servers; null where there is none.</summary>
    MeasuredKeyword? Export(string name);

    /// <summary>
    /// Listens for a word of another server; one that is there is replaced. With the same models it is taken as it was measured there,
    /// with others it is measured here.
    /// </summary>
    /// <param name="json">What <see cref="Export"/> gave there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="KeywordException">The word can't be taken; the message says why.</exception>
    Task ImportAsync(string json, CancellationToken cancellationToken);
}

/// <summary>A word as it was measured.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Json">All that is known of it, the same text for the same word.</param>
/// <param name="IsAdded">Whether it came while a server ran; others come from the settings or from the phone model.</param>
public sealed record MeasuredKeyword(string Name, string Json, bool IsAdded);

/// <summary>A media file in which a keyword is said.</summary>
/// <param name="Name">What it is called in messages.</param>
/// <param name="Path">Where it lies; it is only read.</param>
public sealed record KeywordRecording(string Name, string Path);
