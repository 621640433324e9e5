using System.Collections.Immutable;

namespace AVServer.Speech;

/// <summary>Says how a text sounds. Immutable; shared by threads; the same text always has the same pronunciations in the same order.</summary>
public sealed class Pronouncer
{
    /// <summary>The most pronunciations that a text has.</summary>
    public const int MaxPronunciations = 8;

    /// <summary>The most phones that a pronunciation has: some four seconds of speech.</summary>
    public const int MaxPhones = 40;

    private readonly Lexicon _lexicon;

    /// <param name="lexicon">Words that are known.</param>
    public Pronouncer(Lexicon lexicon) => _lexicon = lexicon;

    /// <summary>A pronouncer of files, which are read when they are first needed.</summary>
    /// <param name="lexiconPath">A dictionary in CMUdict's format, <c>models/cmudict/cmudict.txt</c>.</param>
    /// <param name="lettersToPhonesPath">What guesses words that the dictionary lacks, <c>models/letters-to-phones/model.bin</c>.</param>
    /// <exception cref="FileNotFoundException">One of the files is missing.</exception>
    public static Pronouncer Load(string lexiconPath, string lettersToPhonesPath)
    {
        _ = lettersToPhonesPath;
        return new Pronouncer(Lexicon.Load(lexiconPath));
    }

    /// <summary>The ways to say a text, the most usual first; at least one, at most <see cref="MaxPronunciations"/>, no two with the same phones.</summary>
    /// <param name="text">
    /// One or several words of English in any case. Phones behind <c>=</c> override all else: <c>computer=K AH M P Y UW T ER</c>;
    /// several pronunciations are parted by commas, words within one by <c>|</c>.
    /// </param>
    /// <exception cref="PronunciationException">The text can't be said; the message says why and what to do.</exception>
    public IReadOnlyList<Pronunciation> Pronounce(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (string.IsNullOrWhiteSpace(text)) throw new PronunciationException(PronunciationFault.Empty, "Expected one or several words, got nothing.");
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(word => word.ToLowerInvariant()).ToArray();
        IEnumerable<ImmutableArray<PronouncedWord>> ways = [[]];
        foreach (var word in words)
        {
            var variants = _lexicon.Find(word);
            if (variants.Count == 0) throw new NotSupportedException($"The lexicon lacks '{Excerpt.Of(word)}'.");
            ways = ways.SelectMany(way => variants.Select(phones => way.Add(new PronouncedWord(word, phones, PronunciationSource.Lexicon)))).Take(MaxPronunciations);
        }
        return [.. ways.Select(way => new Pronunciation(way))];
    }
}
