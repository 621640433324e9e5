using System.Collections.Immutable;
using System.Reflection;

namespace AVServer.Speech;

/// <summary>Finds the ways to say a word: of the lexicon, else guessed; with their reductions.</summary>
internal sealed class WordVariants(Lexicon lexicon, LettersToPhones letters)
{
    private const float FurtherEntry = 0.5f;
    private const int Guesses = 4;

    // A guess that is fifty times less probable than the best isn't worth the false alarms.
    private const double UnlikelyGuess = 4;

    private static readonly Lexicon Additions = ReadAdditions();

    /// <summary>Whether the phones of a word are known.</summary>
    public bool IsKnown(string word) => Entries(word).Count > 0;

    /// <summary>The ways to say a unit, each with a cost.</summary>
    /// <exception cref="PronunciationException">There is none.</exception>
    public IReadOnlyList<(PronouncedWord Word, float Cost)> Of(SpokenUnit unit)
    {
        if (unit.IsSpelled)
            return [(new PronouncedWord(unit.Text, [.. unit.Text.SelectMany(letter => Name(letter))], PronunciationSource.LetterNames), 0)];
        var entries = Entries(unit.Text);
        if (entries.Count > 0)
            return [.. entries.SelectMany((entry, i) => Variants(unit.Text, entry, i * FurtherEntry, PronunciationSource.Lexicon))];
        var guesses = letters.Guess(unit.Text, Guesses);
        if (guesses.Count == 0)
            throw new PronunciationException(
                PronunciationFault.NothingToSay,
                $"Expected a word that can be said, got '{Excerpt.Of(unit.Text)}'. Give its phones: {Excerpt.Of(unit.Text)}=HH AH L OW.");
        return [.. guesses.Select(guess => (Guess: guess, Cost: guesses[0].LogProbability - guess.LogProbability))
            .Where(guess => guess.Cost <= UnlikelyGuess)
            .SelectMany(guess => Variants(unit.Text, Unstressed(guess.Guess), (float)guess.Cost, PronunciationSource.Spelling))];
    }

    private IReadOnlyList<ImmutableArray<StressedPhone>> Entries(string word) =>
        Additions.FindStressed(word) is { Count: > 0 } added ? added : lexicon.FindStressed(word);

    private static IEnumerable<(PronouncedWord Word, float Cost)> Variants(
        string text, ImmutableArray<StressedPhone> phones, float cost, PronunciationSource source) =>
        Reductions.Of(phones).Select(form => (new PronouncedWord(text, form.Phones, source), cost + form.Cost));

    private static ImmutableArray<StressedPhone> Unstressed(SpelledWord guess) =>
        ImmutableArray.CreateRange(guess.Phones, phone => new StressedPhone(phone, StressedPhone.Unknown));

    private ImmutableArray<Phone> Name(char letter)
    {
        // The lexicon's first "a" is the letter's name, which its article is not.
        var names = lexicon.Find(letter.ToString());
        return names.Count > 0 ? names[0]
            : throw new PronunciationException(
                PronunciationFault.NothingToSay, $"Expected a letter whose name the lexicon has, got '{letter}'.");
    }

    private static Lexicon ReadAdditions()
    {
        using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream("AVServer.Speech.additions.txt")!;
        using var reader = new StreamReader(resource);
        return Lexicon.Parse(reader.ReadToEnd());
    }
}
