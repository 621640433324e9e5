namespace AVServer.Speech;

/// <summary>
/// Cuts English text into the words that <see cref="WordVectors"/> are looked up by, the same way for training texts and transcripts.
/// </summary>
/// <remarks>
/// Lower case; punctuation goes, because a recogniser gives none; contractions are written out, because GloVe's table lacks their parts
/// ("n't" → "not", "'m" → "am") and lacks "i" ("me" stands for it). "'s" is "is" after a pronoun and nothing else, a possessive, after any
/// other word.
/// </remarks>
public static class Tokenizer
{
    /// <summary>What is longer is no word of the language.</summary>
    private const int MaxWordLength = 64;

    private static readonly Dictionary<string, string> Endings = new(StringComparer.Ordinal)
    {
        ["m"] = "am",
        ["re"] = "are",
        ["ve"] = "have",
        ["ll"] = "will",
        ["d"] = "would",
    };

    // Stems of "n't" that are not words by themselves.
    private static readonly Dictionary<string, string> NegatedStems = new(StringComparer.Ordinal)
    {
        ["ca"] = "can",
        ["wo"] = "will",
        ["sha"] = "shall",
        ["ai"] = "is"
    };

    private static readonly HashSet<string> Pronouns = new(
        StringComparer.Ordinal) { "it", "he", "she", "that", "this", "what", "who", "where", "when", "how", "here", "there" };

    // As people type them without the apostrophe; only those that are no words of their own.
    private static readonly HashSet<string> Auxiliaries = new(StringComparer.Ordinal)
    {
        "do", "does", "did", "is", "are", "was", "were", "have", "has", "had", "could", "would", "should", "ca",
    };

    private static readonly Dictionary<string, string> Unmarked = new(StringComparer.Ordinal)
    {
        ["i"] = "me",
        ["im"] = "me am",
        ["ive"] = "me have",
        ["youre"] = "you are",
        ["youve"] = "you have",
        ["theyre"] = "they are",
        ["thats"] = "that is",
        ["whats"] = "what is",
        ["let's"] = "let us",
        ["lets"] = "let us",
        ["y'all"] = "you all",
    };

    /// <summary>The words of a text, in order.</summary>
    /// <param name="text">English in any case, with or without punctuation.</param>
    public static IReadOnlyList<string> Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var start = at;
            while (at < text.Length && IsWordCharacter(text[at])) at++;
            if (at - start > MaxWordLength) continue;
            if (at > start) Add(text[start..at].ToLowerInvariant().Replace('’', '\'').Trim('\''), words);
            else at++;
        }
        return words;
    }

    private static bool IsWordCharacter(char c) => char.IsLetterOrDigit(c) || c is '\'' or '’';

    private static void Add(string word, List<string> words)
    {
        if (word.Length == 0) return;
        if (Unmarked.TryGetValue(word, out var written)) words.AddRange(written.Split(' '));
        else if (word.EndsWith("n't", StringComparison.Ordinal) && word.Length > 3) AddNegated(word[..^3], words);
        else if (word.EndsWith("nt", StringComparison.Ordinal) && Auxiliaries.Contains(word[..^2])) AddNegated(word[..^2], words);
        else if (word.LastIndexOf('\'') is var mark and > 0) AddMarked(word[..mark], word[(mark + 1)..], words);
        else words.Add(word);
    }

    private static void AddNegated(string stem, List<string> words)
    {
        words.Add(NegatedStems.GetValueOrDefault(stem, stem));
        words.Add("not");
    }

    private static void AddMarked(string stem, string ending, List<string> words)
    {
        Add(stem, words);
        if (ending == "s")
        {
            if (Pronouns.Contains(stem)) words.Add("is");
        }
        else if (Endings.TryGetValue(ending, out var written))
        {
            words.Add(written);
        }
        else
        {
            Add(ending.Trim('\''), words);
        }
    }
}
