using System.Globalization;
using AVServer.Speech;

namespace AVServer.Lab.G2p;

/// <summary>How well words are said that were never met.</summary>
/// <param name="Words">How many words.</param>
/// <param name="WordErrors">Words whose best guess is none of their pronunciations.</param>
/// <param name="Phones">Phones of the pronunciations that are nearest to the guesses.</param>
/// <param name="PhoneErrors">Phones that would have to be put in, left out or changed.</param>
/// <param name="InNBest">Words of which one of the four best guesses is right.</param>
internal sealed record G2pScore(int Words, int WordErrors, int Phones, int PhoneErrors, int InNBest)
{
    public const int NBest = 4;

    public double WordErrorRate => (double)WordErrors / Words;

    public double PhoneErrorRate => (double)PhoneErrors / Phones;

    /// <summary>Guesses words and compares with all of their pronunciations.</summary>
    public static G2pScore Of(LettersToPhones letters, IEnumerable<G2pExample> words)
    {
        var score = new G2pScore(0, 0, 0, 0, 0);
        foreach (var word in words.GroupBy(word => word.Letters))
        {
            var guesses = letters.Guess(word.Key, NBest);
            var best = guesses.Count == 0 ? [] : guesses[0].Phones.ToArray();
            var (errors, phones) = Nearest(best, word.Select(spelling => spelling.Phones));
            score = new G2pScore(
                score.Words + 1,
                score.WordErrors + (errors > 0 ? 1 : 0),
                score.Phones + phones,
                score.PhoneErrors + errors,
                score.InNBest
                    + (word.Any(spelling => guesses.Any(guess => guess.Phones.AsSpan().SequenceEqual(spelling.Phones))) ? 1 : 0));
        }
        return score;
    }

    /// <summary>Errors against the pronunciation that has the fewest, and its phones.</summary>
    public static (int Errors, int Phones) Nearest(Phone[] guess, IEnumerable<Phone[]> pronunciations) =>
        pronunciations.Select(phones => (Errors: Edits(guess, phones), Phones: phones.Length)).MinBy(nearest => nearest.Errors);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Words} words, word error rate {WordErrorRate:P2}, phone error rate {PhoneErrorRate:P2}, "
        + $"right among {NBest} guesses {(double)InNBest / Words:P2}");

    private static int Edits(ReadOnlySpan<Phone> from, ReadOnlySpan<Phone> to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var changed = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
