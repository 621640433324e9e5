using System.Security.Cryptography;
using System.Text;
using AVServer.Speech;

namespace AVServer.Lab.Spelling;

/// <summary>
/// The lexicon's words, parted once and for all by a hash of the word, so that all pronunciations of a word are on one side.
/// </summary>
internal sealed class SpellingSplit
{
    /// <summary>Of a hundred words one is for choosing, five are for the last word.</summary>
    private const int DevPercent = 1, TestPercent = 5;

    private SpellingSplit(Lexicon lexicon)
    {
        foreach (var word in lexicon.Words.Distinct().Order(StringComparer.Ordinal))
        {
            if (!word.All(letter => letter is (>= 'a' and <= 'z') or '\'')) continue;
            var side = Side(word) switch { < DevPercent => Dev, < DevPercent + TestPercent => Test, _ => Train };
            side.AddRange(lexicon.Find(word).Select(phones => new SpokenSpelling(word, [.. phones])));
        }
    }

    public List<SpokenSpelling> Train { get; } = [];

    public List<SpokenSpelling> Dev { get; } = [];

    public List<SpokenSpelling> Test { get; } = [];

    public static SpellingSplit Of(Lexicon lexicon) => new(lexicon);

    private static int Side(string word) => SHA256.HashData(Encoding.ASCII.GetBytes(word))[0] * 100 / 256;
}
