using System.Security.Cryptography;
using System.Text;
using AVServer.Speech;

namespace AVServer.Lab.G2p;

/// <summary>
/// The lexicon's words, parted once and for all by a hash of the word, so that all pronunciations of a word are on one side.
/// </summary>
internal sealed class G2pSplit
{
    /// <summary>Of a hundred words one is for choosing, five are for the last word.</summary>
    private const int DevPercent = 1, TestPercent = 5;

    private G2pSplit(Lexicon lexicon)
    {
        foreach (var word in lexicon.Words.Distinct().Order(StringComparer.Ordinal))
        {
            if (!word.All(letter => letter is (>= 'a' and <= 'z') or '\'')) continue;
            var side = Side(word) switch { < DevPercent => Dev, < DevPercent + TestPercent => Test, _ => Train };
            side.AddRange(lexicon.Find(word).Select(phones => new G2pExample(word, [.. phones])));
        }
    }

    public List<G2pExample> Train { get; } = [];

    public List<G2pExample> Dev { get; } = [];

    public List<G2pExample> Test { get; } = [];

    public static G2pSplit Of(Lexicon lexicon) => new(lexicon);

    private static int Side(string word) => SHA256.HashData(Encoding.ASCII.GetBytes(word))[0] * 100 / 256;
}
