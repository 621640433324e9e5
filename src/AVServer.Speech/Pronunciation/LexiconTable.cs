using System.Collections.Immutable;
using System.Text;

namespace AVServer.Speech;

/// <summary>The lexicon's bytes: words one after another, phones one after another, and an open hash table of the words.</summary>
internal sealed class LexiconTable
{
    private const int LongestWord = 64;
    private const int StressShift = 6;

    private readonly byte[] _letters;
    private readonly int[] _wordEnds;
    private readonly byte[] _phones;
    private readonly int[] _phoneEnds;

    // Of each word the first of its pronunciations; they stand together.
    private readonly int[] _pronunciations;

    // Number of a word plus one, 0 where there is none.
    private readonly int[] _slots;

    public LexiconTable(ReadOnlySpan<byte> text)
    {
        var (letters, wordEnds, phones, phoneEnds, pronunciations) = (new List<byte>(text.Length / 3), new List<int>(), new List<byte>(text.Length / 3), new List<int>(), new List<int>());
        var line = 0;
        foreach (var range in text.Split((byte)'\n'))
        {
            line++;
            var row = text[range].TrimEnd((byte)'\r');
            if (row.IsEmpty || row.StartsWith(";;;"u8)) continue;
            var blank = row.IndexOf((byte)' ');
            if (blank is <= 0 or > LongestWord) throw Broken(line, row);
            var word = row[..blank];
            var isVariant = word.Length > 3 && word[^1] == ')' && word[^3] == '(';
            if (isVariant) word = word[..^3];
            if (!isVariant || wordEnds.Count == 0 || !IsLast(word))
            {
                if (isVariant) continue;
                letters.AddRange(word);
                wordEnds.Add(letters.Count);
                pronunciations.Add(phoneEnds.Count);
            }
            foreach (var part in row[blank..].Split((byte)' '))
            {
                var name = row[blank..][part];
                if (!name.IsEmpty) phones.Add(Read(name) ?? throw Broken(line, row));
            }
            if (phones.Count == (phoneEnds.Count == 0 ? 0 : phoneEnds[^1])) throw Broken(line, row);
            phoneEnds.Add(phones.Count);
        }
        if (wordEnds.Count == 0) throw new InvalidDataException("Expected words and their phones, got none.");
        pronunciations.Add(phoneEnds.Count);
        (_letters, _wordEnds, _phones, _phoneEnds, _pronunciations) = ([.. letters], [.. wordEnds], [.. phones], [.. phoneEnds], [.. pronunciations]);
        _slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)wordEnds.Count * 2)];
        for (var i = 0; i < _wordEnds.Length; i++)
        {
            ref var slot = ref Slot(Word(i));
            if (slot == 0) slot = i + 1;
        }

        bool IsLast(ReadOnlySpan<byte> word)
        {
            var start = wordEnds.Count == 1 ? 0 : wordEnds[^2];
            return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(letters)[start..].SequenceEqual(word);
        }
    }

    public int Count => _wordEnds.Length;

    public IEnumerable<string> Words => Enumerable.Range(0, Count).Select(i => Encoding.ASCII.GetString(Word(i)).ToLowerInvariant());

    public IReadOnlyList<ImmutableArray<StressedPhone>> Find(string word)
    {
        if (word.Length is 0 or > LongestWord) return [];
        Span<byte> key = stackalloc byte[word.Length];
        for (var i = 0; i < word.Length; i++)
        {
            if (!char.IsAscii(word[i])) return [];
            key[i] = (byte)char.ToUpperInvariant(word[i]);
        }
        var found = Slot(key) - 1;
        if (found < 0) return [];
        var pronunciations = new ImmutableArray<StressedPhone>[_pronunciations[found + 1] - _pronunciations[found]];
        for (var i = 0; i < pronunciations.Length; i++) pronunciations[i] = Phones(_pronunciations[found] + i);
        return pronunciations;
    }

    private ImmutableArray<StressedPhone> Phones(int pronunciation)
    {
        var packed = _phones.AsSpan((pronunciation == 0 ? 0 : _phoneEnds[pronunciation - 1]).._phoneEnds[pronunciation]);
        var phones = ImmutableArray.CreateBuilder<StressedPhone>(packed.Length);
        foreach (var value in packed) phones.Add(new StressedPhone((Phone)(value & ((1 << StressShift) - 1)), (byte)(value >> StressShift)));
        return phones.MoveToImmutable();
    }

    private ReadOnlySpan<byte> Word(int i) => _letters.AsSpan((i == 0 ? 0 : _wordEnds[i - 1]).._wordEnds[i]);

    private ref int Slot(ReadOnlySpan<byte> word)
    {
        // FNV-1a, because the order must not depend on the process as HashCode's does.
        var hash = 2166136261u;
        foreach (var letter in word) hash = (hash ^ letter) * 16777619u;
        var mask = _slots.Length - 1;
        var at = (int)(hash ^ (hash >> 15)) & mask;
        while (_slots[at] != 0 && !Word(_slots[at] - 1).SequenceEqual(word)) at = (at + 1) & mask;
        return ref _slots[at];
    }

    private static byte? Read(ReadOnlySpan<byte> name)
    {
        Span<char> chars = stackalloc char[4];
        if (name.Length > chars.Length) return null;
        Encoding.ASCII.GetChars(name, chars);
        if (!PhoneSet.TryParse(chars[..name.Length], out var phone)) return null;
        var stress = name[^1] is >= (byte)'0' and <= (byte)'2' ? name[^1] - '0' : StressedPhone.Unknown;
        return (byte)((int)phone | (stress << StressShift));
    }

    private static InvalidDataException Broken(int line, ReadOnlySpan<byte> row) =>
        new($"Expected a word and its phones on line {line} of the lexicon, got '{Excerpt.Of(Encoding.ASCII.GetString(row))}'.");
}
