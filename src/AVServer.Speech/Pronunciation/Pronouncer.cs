using System.Collections.Immutable;

namespace AVServer.Speech;

/// <summary>
/// Says how a text sounds. Immutable; shared by threads; the same text always has the same pronunciations in the same order.
/// </summary>
public sealed class Pronouncer
{
    /// <summary>The most pronunciations that a text has.</summary>
    public const int MaxPronunciations = 8;

    /// <summary>The most phones that a pronunciation has: some four seconds of speech.</summary>
    public const int MaxPhones = 40;

    /// <summary>The most characters of a text.</summary>
    public const int MaxCharacters = 200;

    // A second reading of the same text ("nineteen eighty four", "one nine eight four") is less usual, and gets fewer places. What costs
    // more than the cheapest by as much as the last of these is left out: it would bring more false alarms than words.
    private const float FurtherReading = 1, Unusual = 3;
    private const int PlacesOfFurtherReading = 2;

    private readonly WordVariants _variants;

    /// <param name="lexicon">Words that are known.</param>
    /// <param name="letters">What guesses the others.</param>
    public Pronouncer(Lexicon lexicon, LettersToPhones letters) => _variants = new WordVariants(lexicon, letters);

    /// <summary>A pronouncer of files, which are read when they are first needed.</summary>
    /// <param name="lexiconPath">A dictionary in CMUdict's format, <c>models/cmudict/cmudict.txt</c>.</param>
    /// <param name="lettersToPhonesPath">What guesses words that the dictionary lacks, <c>models/letters-to-phones/model.bin</c>.</param>
    /// <exception cref="FileNotFoundException">One of the files is missing.</exception>
    public static Pronouncer Load(string lexiconPath, string lettersToPhonesPath) =>
        new(Lexicon.Load(lexiconPath), LettersToPhones.Load(lettersToPhonesPath));

    /// <summary>
    /// The ways to say a text, the most usual first; at least one, at most <see cref="MaxPronunciations"/>, no two with the same phones.
    /// </summary>
    /// <param name="text">
    /// One or several words of English in any case; numbers and abbreviations are read out, punctuation and pictures are not. Phones behind
    /// <c>=</c> override all else, as those of <see cref="FromPhones"/>: <c>computer=K AH M P Y UW T ER</c>.
    /// </param>
    /// <exception cref="PronunciationException">The text can't be said; the message says why and what to do.</exception>
    public IReadOnlyList<Pronunciation> Pronounce(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at) return FromPhones(text[..at], text[(at + 1)..]);
        if (string.IsNullOrWhiteSpace(text))
            throw new PronunciationException(PronunciationFault.Empty, "Expected one or several words, got nothing.");
        RequireLength(text, MaxCharacters);
        var pieces = TextNormalizer.Read(text, _variants.IsKnown);
        if (pieces.Count == 0)
            throw new PronunciationException(
                PronunciationFault.NothingToSay,
                $"Expected a word or a number, got '{Excerpt.Of(text)}', of which nothing is spoken. Write what you will say.");
        IReadOnlyList<Way> ways = [new Way([], 0)];
        foreach (var piece in pieces)
        {
            ways = Extend(ways, piece);
            RequireLength(new Pronunciation(ways[0].Words));
        }
        return [.. ways.Select(way => new Pronunciation(way.Words)).Where(way => way.Phones.Length <= MaxPhones)];
    }

    /// <summary>The ways to say a text that the user gives.</summary>
    /// <param name="text">The text.</param>
    /// <param name="phones">
    /// Phones parted by blanks, as <see cref="PhoneSet.Parse"/> reads them. Several pronunciations are parted by commas; a <c>|</c> between
    /// two words says that there may be a pause: <c>HH EY | M AA R V IH N, HH EY | M AA V IH N</c>.
    /// </param>
    /// <exception cref="PronunciationException">Phones don't exist, or there are none or too many.</exception>
    public static IReadOnlyList<Pronunciation> FromPhones(string text, string phones)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(phones);
        RequireLength(text, MaxCharacters);
        RequireLength(phones, MaxCharacters * MaxPronunciations);
        return GivenPronunciations.Read(text, phones);
    }

    internal static void RequireLength(Pronunciation pronunciation)
    {
        if (pronunciation.Phones.Length > MaxPhones)
            throw new PronunciationException(
                PronunciationFault.TooLong, $"Expected at most {MaxPhones} phones, got {pronunciation.Phones.Length}. Leave words out.");
    }

    private static void RequireLength(string text, int most)
    {
        if (text.Length > most)
            throw new PronunciationException(
                PronunciationFault.TooLong,
                $"Expected at most {most} characters, got {text.Length} ('{Excerpt.Of(text)}'). Leave words out.");
    }

    /// <summary>All that can come next behind all that came before; the cheapest stay.</summary>
    private List<Way> Extend(IReadOnlyList<Way> ways, IReadOnlyList<SpokenUnit[]> readings)
    {
        var longer = new List<Way>();
        for (var i = 0; i < readings.Count; i++)
        {
            IReadOnlyList<Way> read = [.. ways.Select(way => way with { Cost = way.Cost + (i * FurtherReading) })];
            foreach (var unit in readings[i])
            {
                var variants = _variants.Of(unit);
                read = Cheapest(
                    [.. read.SelectMany(way => variants.Select(next => new Way(way.Words.Add(next.Word), way.Cost + next.Cost)))]);
            }
            longer.AddRange(i == 0 ? read : read.Take(PlacesOfFurtherReading));
        }
        return Cheapest(longer);
    }

    // The sort is stable: of two that cost the same the one that came first stays first.
    private static List<Way> Cheapest(List<Way> ways)
    {
        var sorted = ways.OrderBy(way => way.Cost).DistinctBy(way => way.Key).Take(MaxPronunciations).ToList();
        sorted.RemoveAll(way => way.Cost > sorted[0].Cost + Unusual);
        return sorted;
    }

    private sealed record Way(ImmutableArray<PronouncedWord> Words, float Cost)
    {
        public string Key { get; } = string.Join(' ', Words.Select(word => PhoneSet.Format(word.Phones.AsSpan())));
    }
}
