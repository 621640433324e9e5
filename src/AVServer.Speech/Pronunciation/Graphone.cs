using System.Collections.Immutable;

namespace AVServer.Speech;

/// <summary>Letters that stand together for phones: the unit that words are spelled and said with.</summary>
/// <param name="Letters">One or two of <c>a</c> to <c>z</c> and the apostrophe.</param>
/// <param name="Phones">None, one or two.</param>
public sealed record Graphone(string Letters, ImmutableArray<Phone> Phones)
{
    /// <summary>The most letters, and the most phones, of a graphone.</summary>
    public const int Longest = 2;

    public bool Equals(Graphone? other) =>
        other is not null && Letters == other.Letters && Phones.AsSpan().SequenceEqual(other.Phones.AsSpan());

    public override int GetHashCode() => Phones.Aggregate(string.GetHashCode(Letters, StringComparison.Ordinal), HashCode.Combine);

    /// <summary>For example <c>ph:F</c>.</summary>
    public override string ToString() => $"{Letters}:{PhoneSet.Format(Phones.AsSpan())}";
}
