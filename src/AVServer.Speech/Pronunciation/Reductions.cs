using System.Collections.Immutable;

namespace AVServer.Speech;

/// <summary>What becomes of a word's phones in fluent speech.</summary>
internal static class Reductions
{
    private const float Flap = 0.7f, Weak = 1.0f, NonRhotic = 1.5f;

    /// <summary>A pronunciation, and those that come from it, each with a cost: about minus the logarithm of how usual it is.</summary>
    /// <param name="phones">The full form.</param>
    public static IEnumerable<(ImmutableArray<Phone> Phones, float Cost)> Of(ImmutableArray<StressedPhone> phones)
    {
        var full = ImmutableArray.CreateRange(phones, stressed => stressed.Phone);
        var flapped = Map(full, i => IsFlapped(phones, i), Phone.D);
        (ImmutableArray<Phone> Phones, float Cost)[] forms = flapped == full ? [(full, 0)] : [(full, 0), (flapped, Flap)];
        foreach (var (form, cost) in forms)
        {
            yield return (form, cost);
            for (var i = 0; i < phones.Length; i++)
                if (IsWeak(phones, i)) yield return (form.SetItem(i, Phone.AH), cost + Weak);
            var dropped = Map(form, i => IsDropped(phones, i), Phone.AH);
            if (dropped != form) yield return (dropped, cost + NonRhotic);
        }
    }

    /// <summary>"water": t between vowels, or after r, before a vowel without stress.</summary>
    private static bool IsFlapped(ImmutableArray<StressedPhone> phones, int i) =>
        phones[i].Phone == Phone.T && i > 0 && i + 1 < phones.Length
            && (PhoneSet.IsVowel(phones[i - 1].Phone) || phones[i - 1].Phone == Phone.R) && IsUnstressed(phones[i + 1]);

    private static bool IsUnstressed(StressedPhone phone) =>
        phone.Stress == 0 || (phone.Stress == StressedPhone.Unknown && phone.Phone is Phone.AH or Phone.ER or Phone.IH or Phone.IY);

    /// <summary>"marvin": a short vowel without stress; not at the word's end, not in "-ing".</summary>
    private static bool IsWeak(ImmutableArray<StressedPhone> phones, int i) =>
        phones[i].Stress == 0 && phones[i].Phone is Phone.AA or Phone.AE or Phone.AO or Phone.EH or Phone.IH or Phone.UH
        && i + 1 < phones.Length && phones[i + 1].Phone != Phone.NG;

    /// <summary>"computer" where r is only said before vowels.</summary>
    private static bool IsDropped(ImmutableArray<StressedPhone> phones, int i) =>
        phones[i].Phone == Phone.ER
            && (phones[i].Stress == 0
                || (phones[i].Stress == StressedPhone.Unknown && phones.Take(i).Any(phone => PhoneSet.IsVowel(phone.Phone))))
        && (i + 1 == phones.Length || !PhoneSet.IsVowel(phones[i + 1].Phone));

    // The same array where nothing changes, so that a comparison tells.
    private static ImmutableArray<Phone> Map(ImmutableArray<Phone> phones, Func<int, bool> isMeant, Phone replacement)
    {
        var mapped = phones;
        for (var i = 0; i < phones.Length; i++) if (isMeant(i)) mapped = mapped.SetItem(i, replacement);
        return mapped;
    }
}
