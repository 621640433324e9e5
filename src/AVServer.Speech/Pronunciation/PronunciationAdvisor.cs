using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;

namespace AVServer.Speech;

/// <summary>
/// Says beforehand what a keyword's sound lets fear: that it is short, that frequent words or another keyword sound like it. Immutable;
/// shared by threads.
/// </summary>
/// <param name="lexicon">How the frequent words are said.</param>
public sealed class PronunciationAdvisor(Lexicon lexicon)
{
    /// <summary>From here on two words are called alike: one phone changed for a near one, or one of eight left out.</summary>
    public const float AlikeFrom = 0.85f;

    private const int EnoughPhones = 5, EnoughSyllables = 2, MostNearWords = 5;

    private static readonly string[] FrequentWords = ReadFrequentWords();

    private readonly Lazy<ImmutableArray<(string Text, ImmutableArray<Phone> Phones)>> _frequent =
        new(() => [.. FrequentWords.SelectMany(word => lexicon.Find(word).Take(1).Select(phones => (word, phones)))]);

    /// <summary>What there is to say of a keyword; nothing where all is well.</summary>
    /// <param name="pronunciations">Its pronunciations, at least one.</param>
    /// <param name="others">Those of each of the other keywords.</param>
    public IReadOnlyList<PronunciationWarning> Advise(
        IReadOnlyList<Pronunciation> pronunciations, IEnumerable<IReadOnlyList<Pronunciation>>? others = null)
    {
        ArgumentNullException.ThrowIfNull(pronunciations);
        ArgumentOutOfRangeException.ThrowIfZero(pronunciations.Count, nameof(pronunciations));
        var text = pronunciations[0].Text;
        var warnings = new List<PronunciationWarning>();
        var shortest = pronunciations.MinBy(pronunciation => pronunciation.Phones.Length)!;
        if (shortest.Phones.Length < EnoughPhones && shortest.Syllables < EnoughSyllables)
        {
            warnings.Add(new PronunciationWarning(
                PronunciationWarningKind.TooShort,
                $"'{text}' has {Counted(shortest.Phones.Length, "phone")} ({shortest}) in {Counted(shortest.Syllables, "syllable")}: "
                + $"expect false alarms. At least {EnoughPhones} phones or {EnoughSyllables} syllables are better; put \"hey\" before it.",
                []));
        }
        if (Nearest(text, pronunciations) is { Count: > 0 } words)
            warnings.Add(
                new PronunciationWarning(
                    PronunciationWarningKind.NearCommonWords,
                    $"'{text}' sounds like these common words: {List(words)}. They may set it off.", words));
        NearWord[] keywords =
            [.. (others ?? []).Select(other => new NearWord(other[0].Text, Similarity(pronunciations, other))).Where(IsAlike)
                .OrderByDescending(near => near.Similarity)];
        if (keywords.Length > 0)
            warnings.Add(
                new PronunciationWarning(
                    PronunciationWarningKind.NearKeyword,
                    $"'{text}' is nearly another keyword that is there: {List(keywords)}. One may set off the other.", keywords));
        return warnings;
    }

    /// <summary>How alike two keywords sound where they are most alike: as wholes, or the shorter as a part of the longer.</summary>
    /// <returns>1 the same or contained, 0 nothing in common.</returns>
    public static float Similarity(IReadOnlyList<Pronunciation> one, IReadOnlyList<Pronunciation> other) =>
        one.SelectMany(a => other.Select(b => Alike(a.Phones.AsSpan(), b.Phones.AsSpan()))).DefaultIfEmpty().Max();

    private List<NearWord> Nearest(string text, IReadOnlyList<Pronunciation> pronunciations)
    {
        var near = new List<NearWord>();
        foreach (var (word, phones) in _frequent.Value)
        {
            if (word == text) continue;
            var similarity = 0f;
            // A word within the keyword does no harm: only what contains the whole keyword, or is nearly it, sets it off.
            foreach (var pronunciation in pronunciations)
                similarity = Math.Max(similarity, PhoneDistance.SimilarityWithin(pronunciation.Phones.AsSpan(), phones.AsSpan()));
            if (similarity >= AlikeFrom) near.Add(new NearWord(word, similarity));
        }
        return [.. near.OrderByDescending(word => word.Similarity).Take(MostNearWords)];
    }

    private static float Alike(ReadOnlySpan<Phone> one, ReadOnlySpan<Phone> other) =>
        one.Length <= other.Length ? PhoneDistance.SimilarityWithin(one, other) : PhoneDistance.SimilarityWithin(other, one);

    private static bool IsAlike(NearWord near) => near.Similarity >= AlikeFrom;

    private static string List(IEnumerable<NearWord> words) =>
        string.Join(", ", words.Select(word => string.Create(CultureInfo.InvariantCulture, $"{word.Text} ({word.Similarity:F2})")));

    private static string Counted(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    private static string[] ReadFrequentWords()
    {
        using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream("AVServer.Speech.frequent-words.txt")!;
        using var reader = new StreamReader(resource);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#')];
    }
}
