using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace AVServer.Speech;

/// <summary>
/// Cuts English text into the tokens of a recogniser: byte-pair encoding whose tokens mark where a word begins, as Llama's do.
/// </summary>
/// <remarks>Sennrich et al., <i>Neural Machine Translation of Rare Words with Subword Units</i>, ACL 2016. Thread-safe.</remarks>
public sealed partial class SubwordTokenizer
{
    /// <summary>Stands before each word, where a blank would.</summary>
    private const char WordBeginning = '\u2581';

    private const string Unknown = "<unk>";

    private readonly BpeTokenizer _tokenizer;
    private readonly IReadOnlyDictionary<string, int> _vocabulary;

    private SubwordTokenizer(BpeTokenizer tokenizer) => (_tokenizer, _vocabulary) = (tokenizer, tokenizer.Vocabulary);

    /// <summary>Reads the tables.</summary>
    /// <param name="vocabulary">File: a JSON object from token to number.</param>
    /// <param name="merges">File: pairs of tokens that become one, a line each, the first one first.</param>
    public static SubwordTokenizer Load(string vocabulary, string merges) =>
        new(BpeTokenizer.Create(new BpeOptions(vocabulary, merges)
        {
            UnknownToken = Unknown,
            PreTokenizer = new RegexPreTokenizer(Word(), null),
        }));

    /// <summary>The text's tokens.</summary>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. _tokenizer.EncodeToIds(WordBeginning + text.Replace(' ', WordBeginning))];
    }

    /// <summary>Number of a token that the vocabulary holds.</summary>
    /// <exception cref="KeyNotFoundException">It doesn't.</exception>
    public int NumberOf(string token) => _vocabulary[token];

    [GeneratedRegex("\u2581[^\u2581]*")]
    private static partial Regex Word();
}
