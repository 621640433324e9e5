using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace AVServer.Speech;

/// <summary>The lexicon's bytes: words one after another, phones one after another, and an open hash table of the words.</summary>
internal sealed class LexiconTable
{
    private const int StressShift = 6;

    private readonly byte[] _letters;
    private readonly int[] _wordEnds;
    private readonly byte[] _phones;
    private readonly int[] _phoneEnds;

    // Of each word the first of its pronunciations, which stand together; one more at the end.
    private readonly int[] _pronunciations;

    // Number of a word plus one, 0 where there is none.
    private readonly int[] _slots;

    public LexiconTable(ReadOnlySpan<byte> text)
    {
        var parts = new LexiconReader(text);
        (_letters, _wordEnds, _phones, _phoneEnds, _pronunciations) =
            ([.. parts.Letters], [.. parts.WordEnds], [.. parts.Phones], [.. parts.PhoneEnds], [.. parts.Pronunciations]);
        if (_wordEnds.Length == 0) throw new InvalidDataException("Expected words and their phones, got none.");
        _slots = new int[(int)BitOperations.RoundUpToPowerOf2((uint)_wordEnds.Length * 2)];
        for (var i = 0; i < _wordEnds.Length; i++)
        {
            ref var slot = ref Slot(Word(i));
            if (slot == 0) slot = i + 1;
        }
    }

    public int Count => _wordEnds.Length;

    public IEnumerable<string> Words => Enumerable.Range(0, Count).Select(i => Encoding.ASCII.GetString(Word(i)).ToLowerInvariant());

    public IReadOnlyList<ImmutableArray<StressedPhone>> Find(string word)
    {
        if (word.Length is 0 or > LexiconReader.LongestWord || !Ascii.IsValid(word)) return [];
        Span<byte> key = stackalloc byte[word.Length];
        Ascii.ToUpper(word, key, out _);
        var found = Slot(key) - 1;
        if (found < 0) return [];
        var pronunciations = new ImmutableArray<StressedPhone>[_pronunciations[found + 1] - _pronunciations[found]];
        for (var i = 0; i < pronunciations.Length; i++) pronunciations[i] = Phones(_pronunciations[found] + i);
        return pronunciations;
    }

    /// <summary>The words that have a pronunciation of these phones, whatever their stress, in the file's order, in lower case.</summary>
    public IEnumerable<string> Saying(ImmutableArray<Phone> phones)
    {
        for (var word = 0; word < Count; word++)
            for (var i = _pronunciations[word]; i < _pronunciations[word + 1]; i++)
            {
                if (!IsSaid(i, phones)) continue;
                yield return Encoding.ASCII.GetString(Word(word)).ToLowerInvariant();
                break;
            }
    }

    /// <summary>A phone and its stress in a byte.</summary>
    public static byte Pack(StressedPhone phone) => (byte)((int)phone.Phone | (phone.Stress << StressShift));

    private static StressedPhone Unpack(byte packed) => new((Phone)(packed & ((1 << StressShift) - 1)), (byte)(packed >> StressShift));

    private bool IsSaid(int pronunciation, ImmutableArray<Phone> phones)
    {
        var packed = Packed(pronunciation);
        if (packed.Length != phones.Length) return false;
        for (var i = 0; i < packed.Length; i++)
            if (Unpack(packed[i]).Phone != phones[i]) return false;
        return true;
    }

    private ReadOnlySpan<byte> Packed(int pronunciation) =>
        _phones.AsSpan((pronunciation == 0 ? 0 : _phoneEnds[pronunciation - 1]).._phoneEnds[pronunciation]);

    private ImmutableArray<StressedPhone> Phones(int pronunciation)
    {
        var packed = Packed(pronunciation);
        var phones = ImmutableArray.CreateBuilder<StressedPhone>(packed.Length);
        foreach (var value in packed) phones.Add(Unpack(value));
        return phones.MoveToImmutable();
    }

    private ReadOnlySpan<byte> Word(int i) => _letters.AsSpan((i == 0 ? 0 : _wordEnds[i - 1]).._wordEnds[i]);

    // As LexiconReader.ReadRow: most of its calls are in one loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ref int Slot(ReadOnlySpan<byte> word)
    {
        // FNV-1a: plain, and spread well enough by its upper bits.
        var hash = 2166136261u;
        foreach (var letter in word) hash = (hash ^ letter) * 16777619u;
        var mask = _slots.Length - 1;
        var at = (int)(hash ^ (hash >> 15)) & mask;
        while (_slots[at] != 0 && !Word(_slots[at] - 1).SequenceEqual(word)) at = (at + 1) & mask;
        return ref _slots[at];
    }
}
