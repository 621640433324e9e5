using System.Collections.Frozen;
using System.Collections.Immutable;

namespace AVServer.Speech;

/// <summary>The 39 phones: their names, what is a vowel, and how they are read and written.</summary>
public static class PhoneSet
{
    private static readonly string[] Names = Enum.GetNames<Phone>();

    private static readonly FrozenDictionary<string, Phone> ByName = Enum.GetValues<Phone>()
        .ToFrozenDictionary(phone => Names[(int)phone], StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<Phone> Vowels = FrozenSet.Create(
        Phone.AA, Phone.AE, Phone.AH, Phone.AO, Phone.AW, Phone.AY, Phone.EH, Phone.ER, Phone.EY, Phone.IH, Phone.IY, Phone.OW, Phone.OY,
        Phone.UH, Phone.UW);

    /// <summary>How many phones there are.</summary>
    public const int Count = 39;

    /// <summary>All phones, in their order.</summary>
    public static ImmutableArray<Phone> All { get; } = [.. Enum.GetValues<Phone>()];

    /// <summary>Whether a phone is a vowel, hence the middle of a syllable.</summary>
    public static bool IsVowel(Phone phone) => Vowels.Contains(phone);

    /// <summary>The phone's name, in upper case.</summary>
    public static string Name(Phone phone) => Names[(int)phone];

    /// <summary>Reads one phone.</summary>
    /// <param name="name">In any case, with or without a digit of stress: <c>AH</c>, <c>ah0</c>.</param>
    /// <param name="phone">The phone.</param>
    /// <returns>False where there is no such phone.</returns>
    public static bool TryParse(ReadOnlySpan<char> name, out Phone phone) =>
        ByName.GetAlternateLookup<ReadOnlySpan<char>>()
            .TryGetValue(name.Length > 1 && name[^1] is >= '0' and <= '2' ? name[..^1] : name, out phone);

    /// <summary>Reads phones that are parted by blanks.</summary>
    /// <param name="text">For example <c>HH EY1 M AA1 R V IH0 N</c>, in any case, with or without digits of stress.</param>
    /// <returns>The phones; none for a blank text.</returns>
    /// <exception cref="PronunciationException">One of them doesn't exist.</exception>
    public static ImmutableArray<Phone> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var names = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return [.. names.Select(name => TryParse(name, out var phone)
            ? phone
            : throw new PronunciationException(
                PronunciationFault.UnknownPhone, $"Expected phones among {string.Join(' ', Names)}, got '{Excerpt.Of(name)}'."))];
    }

    /// <summary>Writes phones as <see cref="Parse"/> reads them, in upper case.</summary>
    public static string Format(ReadOnlySpan<Phone> phones)
    {
        var names = new string[phones.Length];
        for (var i = 0; i < names.Length; i++) names[i] = Name(phones[i]);
        return string.Join(' ', names);
    }
}
