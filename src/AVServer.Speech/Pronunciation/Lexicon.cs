using System.Collections.Immutable;

namespace AVServer.Speech;

/// <summary>
/// Words and how they are said, from a dictionary in CMUdict's format. Immutable; shared by threads. Read when it is first asked.
/// </summary>
/// <remarks>
/// A line is a word, two blanks and its phones with stress; a word with several pronunciations has <c>(1)</c>, <c>(2)</c> … behind it on
/// the further ones; lines that begin with <c>;;;</c> are comments. All is kept as bytes with a hash table over them: some 5 MB for
/// CMUdict's 133,000 lines.
/// </remarks>
public sealed class Lexicon
{
    private readonly Lazy<LexiconTable> _table;

    private Lexicon(Func<byte[]> read) => _table = new Lazy<LexiconTable>(() => new LexiconTable(read()));

    /// <summary>A lexicon of a file, which is read when a word is first looked up.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static Lexicon Load(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"Expected a lexicon at {path}, found none. Run scripts/setup.sh.", path);
        return new Lexicon(() => File.ReadAllBytes(path));
    }

    /// <summary>A lexicon of a text.</summary>
    /// <exception cref="InvalidDataException">A line isn't a word and its phones.</exception>
    public static Lexicon Parse(string text)
    {
        var lexicon = new Lexicon(() => System.Text.Encoding.ASCII.GetBytes(text));
        _ = lexicon.Count;
        return lexicon;
    }

    /// <summary>How many different words there are.</summary>
    /// <exception cref="InvalidDataException">The file is no lexicon.</exception>
    public int Count => _table.Value.Count;

    /// <summary>The words, in the file's order, in lower case.</summary>
    public IEnumerable<string> Words => _table.Value.Words;

    /// <summary>All pronunciations of a word in the file's order, the usual one first; none where the word isn't known.</summary>
    /// <param name="word">In any case.</param>
    /// <exception cref="InvalidDataException">The file is no lexicon.</exception>
    public IReadOnlyList<ImmutableArray<Phone>> Find(string word) =>
        [.. _table.Value.Find(word).Select(phones => ImmutableArray.CreateRange(phones, stressed => stressed.Phone))];

    /// <summary>The words that are said so, in the file's order, in lower case; none where no word is. Looks at every word.</summary>
    /// <exception cref="InvalidDataException">The file is no lexicon.</exception>
    public IEnumerable<string> Saying(ImmutableArray<Phone> phones) => _table.Value.Saying(phones);

    /// <summary>As <see cref="Find"/>, with the stress of vowels.</summary>
    internal IReadOnlyList<ImmutableArray<StressedPhone>> FindStressed(string word) => _table.Value.Find(word);
}
