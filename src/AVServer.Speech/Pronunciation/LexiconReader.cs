using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace AVServer.Speech;

/// <summary>Reads a dictionary in CMUdict's format, in one go over its bytes.</summary>
internal ref struct LexiconReader
{
    public const int LongestWord = 64;

    // Of each phone's packed byte plus one, by its two letters (27 values each, the second may lack) and its stress.
    private static readonly byte[] PhoneCodes = MakePhoneCodes();

    private int _line;
    private int _lastWord;

    public LexiconReader(ReadOnlySpan<byte> text)
    {
        // A line of CMUdict is some 27 bytes: 9 of its word, 6 phones.
        (Letters, WordEnds, Phones, PhoneEnds, Pronunciations) =
            (new(text.Length / 3), new(text.Length / 25), new(text.Length / 4), new(text.Length / 25), new(text.Length / 25));
        while (!text.IsEmpty)
        {
            _line++;
            var end = text.IndexOf((byte)'\n');
            var row = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + 1)..];
            if (!row.IsEmpty && row[^1] == '\r') row = row[..^1];
            if (!row.IsEmpty && !row.StartsWith(";;;"u8)) ReadRow(row);
        }
        Pronunciations.Add(PhoneEnds.Count);
    }

    public List<byte> Letters { get; }

    public List<int> WordEnds { get; }

    public List<byte> Phones { get; }

    public List<int> PhoneEnds { get; }

    public List<int> Pronunciations { get; }

    // Runs once over 133,000 lines, which is over before the tiered compiler has made it fast.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReadRow(ReadOnlySpan<byte> row)
    {
        var blank = row.IndexOf((byte)' ');
        if (blank is <= 0 or > LongestWord) throw Broken(row);
        var word = row[..blank];
        var isVariant = word.Length > 3 && word[^1] == ')' && word[^3] == '(';
        if (isVariant) word = word[..^3];
        var letters = CollectionsMarshal.AsSpan(Letters);
        if (!isVariant || !letters[_lastWord..].SequenceEqual(word))
        {
            _lastWord = Letters.Count;
            Letters.AddRange(word);
            WordEnds.Add(Letters.Count);
            Pronunciations.Add(PhoneEnds.Count);
        }
        var before = Phones.Count;
        for (var at = blank; at < row.Length;)
        {
            if (row[at] == ' ')
            {
                at++;
                continue;
            }
            var length = row[at..].IndexOf((byte)' ');
            if (length < 0) length = row.Length - at;
            var code = Code(row.Slice(at, length));
            if (code == 0) throw Broken(row);
            Phones.Add((byte)(code - 1));
            at += length;
        }
        if (Phones.Count == before) throw Broken(row);
        PhoneEnds.Add(Phones.Count);
    }

    private static int Code(ReadOnlySpan<byte> name)
    {
        int stress = StressedPhone.Unknown;
        if (name.Length > 1 && name[^1] is >= (byte)'0' and <= (byte)'2')
        {
            stress = name[^1] - '0';
            name = name[..^1];
        }
        var second = name.Length == 2 ? Letter(name[1]) : 0;
        return name.Length is 1 or 2 && Letter(name[0]) is > 0 and var first && second >= 0
            ? PhoneCodes[(((first * 27) + second) * 4) + stress]
            : 0;
    }

    private static int Letter(byte letter) => letter is >= (byte)'A' and <= (byte)'Z' ? letter - 'A' + 1 : -1;

    private static byte[] MakePhoneCodes()
    {
        var codes = new byte[27 * 27 * 4];
        foreach (var phone in PhoneSet.All)
        {
            var name = Encoding.ASCII.GetBytes(PhoneSet.Name(phone));
            var letters = (Letter(name[0]) * 27) + (name.Length > 1 ? Letter(name[1]) : 0);
            for (byte stress = 0; stress < 4; stress++)
                codes[(letters * 4) + stress] = (byte)(LexiconTable.Pack(new StressedPhone(phone, stress)) + 1);
        }
        return codes;
    }

    private readonly InvalidDataException Broken(ReadOnlySpan<byte> row) =>
        new($"Expected a word and its phones on line {_line} of the lexicon, got '{Excerpt.Of(Encoding.ASCII.GetString(row))}'.");
}
