using System.Collections.Frozen;

namespace AVServer.Speech;

/// <summary>How alike phones sound, and rows of them: an edit distance whose costs come from how the phones are made.</summary>
/// <remarks>
/// Costs lie between 0, the same, and 1, nothing in common. Consonants differ by place, manner and voice; vowels by where the tongue is, at
/// their beginning and at their end. The weights are set by hand; they order pairs as ears do ("p" is nearer to "b" than to "z"), and are
/// no probabilities.
/// </remarks>
public static class PhoneDistance
{
    private const float Loss = 0.75f, FaintLoss = 0.5f;

    private static readonly FrozenDictionary<Phone, Consonant> Consonants = new Dictionary<Phone, Consonant>
    {
        [Phone.P] = new(0, Manner.Stop, false),
        [Phone.B] = new(0, Manner.Stop, true),
        [Phone.M] = new(0, Manner.Nasal, true),
        [Phone.W] = new(0, Manner.Glide, true),
        [Phone.F] = new(1, Manner.Fricative, false),
        [Phone.V] = new(1, Manner.Fricative, true),
        [Phone.TH] = new(2, Manner.Fricative, false),
        [Phone.DH] = new(2, Manner.Fricative, true),
        [Phone.T] = new(3, Manner.Stop, false),
        [Phone.D] = new(3, Manner.Stop, true),
        [Phone.N] = new(3, Manner.Nasal, true),
        [Phone.S] = new(3, Manner.Fricative, false),
        [Phone.Z] = new(3, Manner.Fricative, true),
        [Phone.L] = new(3, Manner.Glide, true),
        [Phone.R] = new(4, Manner.Glide, true),
        [Phone.SH] = new(4, Manner.Fricative, false),
        [Phone.ZH] = new(4, Manner.Fricative, true),
        [Phone.CH] = new(4, Manner.Affricate, false),
        [Phone.JH] = new(4, Manner.Affricate, true),
        [Phone.Y] = new(5, Manner.Glide, true),
        [Phone.K] = new(6, Manner.Stop, false),
        [Phone.G] = new(6, Manner.Stop, true),
        [Phone.NG] = new(6, Manner.Nasal, true),
        [Phone.HH] = new(7, Manner.Fricative, false),
    }.ToFrozenDictionary();

    // Openness 0 (close) to 3 (open) and depth 0 (front) to 2 (back), at the beginning and at the end.
    private static readonly FrozenDictionary<Phone, Vowel> Vowels = new Dictionary<Phone, Vowel>
    {
        [Phone.IY] = new(0, 0, 0, 0),
        [Phone.IH] = new(0.6f, 0.3f, 0.6f, 0.3f),
        [Phone.EH] = new(1.8f, 0.2f, 1.8f, 0.2f),
        [Phone.AE] = new(2.6f, 0.2f, 2.6f, 0.2f),
        [Phone.AH] = new(1.5f, 1, 1.5f, 1),
        [Phone.ER] = new(1.6f, 1.1f, 1.2f, 1.1f),
        [Phone.AA] = new(3, 1.8f, 3, 1.8f),
        [Phone.AO] = new(2.4f, 2, 2.4f, 2),
        [Phone.UH] = new(0.6f, 1.6f, 0.6f, 1.6f),
        [Phone.UW] = new(0, 1.8f, 0, 1.8f),
        [Phone.EY] = new(1.4f, 0.2f, 0.4f, 0.2f),
        [Phone.AY] = new(2.8f, 1.2f, 0.5f, 0.3f),
        [Phone.OY] = new(1.8f, 2, 0.5f, 0.3f),
        [Phone.AW] = new(2.8f, 1, 0.6f, 1.7f),
        [Phone.OW] = new(1.5f, 1.8f, 0.5f, 1.8f),
    }.ToFrozenDictionary();

    private static readonly float[] Table = [.. PhoneSet.All.SelectMany(a => PhoneSet.All.Select(b => Compute(a, b)))];

    private enum Manner
    {
        Stop,
        Affricate,
        Fricative,
        Nasal,
        Glide,
    }

    /// <summary>Cost of hearing one phone for another: 0 to 1, the same both ways.</summary>
    public static float Substitution(Phone one, Phone other) => Table[((int)one * PhoneSet.Count) + (int)other];

    /// <summary>Cost of a phone that is there in one and not in the other.</summary>
    public static float Deletion(Phone phone) => phone is Phone.AH or Phone.HH ? FaintLoss : Loss;

    /// <summary>How alike two rows of phones are as a whole: 1 the same, 0 nothing in common.</summary>
    public static float Similarity(ReadOnlySpan<Phone> one, ReadOnlySpan<Phone> other) => Alike(one, other, isWithin: false);

    /// <summary>How alike a row of phones is to the best stretch of a longer one: 1 where it is contained.</summary>
    /// <param name="phones">The row.</param>
    /// <param name="longer">Where a stretch like it is looked for.</param>
    public static float SimilarityWithin(ReadOnlySpan<Phone> phones, ReadOnlySpan<Phone> longer) => Alike(phones, longer, isWithin: true);

    private static float Alike(ReadOnlySpan<Phone> one, ReadOnlySpan<Phone> other, bool isWithin)
    {
        Span<float> row = other.Length < 128 ? stackalloc float[other.Length + 1] : new float[other.Length + 1];
        var (wholeOne, wholeOther) = (0f, 0f);
        for (var j = 0; j < other.Length; j++)
        {
            wholeOther += Deletion(other[j]);
            row[j + 1] = isWithin ? 0 : wholeOther;
        }
        foreach (var phone in one)
        {
            var loss = Deletion(phone);
            wholeOne += loss;
            var diagonal = row[0];
            row[0] = wholeOne;
            for (var j = 1; j < row.Length; j++)
            {
                var changed = diagonal + Substitution(phone, other[j - 1]);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j] + loss, row[j - 1] + Deletion(other[j - 1])));
            }
        }
        var distance = row[^1];
        if (isWithin) foreach (var end in row) distance = Math.Min(distance, end);
        var whole = isWithin ? wholeOne : Math.Max(wholeOne, wholeOther);
        return whole == 0 ? 1 : Math.Max(0, 1 - (distance / whole));
    }

    private static float Compute(Phone one, Phone other)
    {
        if (one == other) return 0;
        if ((one, other) is (Phone.Y, Phone.IY) or (Phone.IY, Phone.Y) or (Phone.W, Phone.UW) or (Phone.UW, Phone.W) or (Phone.R, Phone.ER)
            or (Phone.ER, Phone.R)) return 0.5f;
        if (Vowels.TryGetValue(one, out var vowel) && Vowels.TryGetValue(other, out var otherVowel)) return Compute(vowel, otherVowel);
        return Consonants.TryGetValue(one, out var consonant) && Consonants.TryGetValue(other, out var otherConsonant)
            ? Compute(consonant, otherConsonant)
            : 1;
    }

    private static float Compute(Vowel one, Vowel other) => Math.Min(
        1,
        0.1f
            + (0.16f * (Math.Abs(one.Openness - other.Openness) + Math.Abs(one.Depth - other.Depth)))
            + (0.1f * (Math.Abs(one.LastOpenness - other.LastOpenness) + Math.Abs(one.LastDepth - other.LastDepth)))
            + (0.1f * Math.Abs(Movement(one) - Movement(other))));

    // How far the tongue goes: a diphthong is no plain vowel, wherever it begins and ends.
    private static float Movement(Vowel vowel) => Math.Abs(vowel.Openness - vowel.LastOpenness) + Math.Abs(vowel.Depth - vowel.LastDepth);

    private static float Compute(Consonant one, Consonant other)
    {
        var manner = (one.Manner, other.Manner) switch
        {
            var (a, b) when a == b => 0,
            (Manner.Stop or Manner.Fricative, Manner.Affricate) or (Manner.Affricate, Manner.Stop or Manner.Fricative) => 0.2f,
            (Manner.Stop, Manner.Fricative or Manner.Nasal) or (Manner.Fricative or Manner.Nasal, Manner.Stop) => 0.4f,
            _ => 0.6f,
        };
        return Math.Min(
            1, 0.15f + manner + (one.IsVoiced == other.IsVoiced ? 0 : 0.15f) + Math.Min(0.3f, 0.08f * Math.Abs(one.Place - other.Place)));
    }

    // Places run from the lips, 0, to the glottis, 7.
    private readonly record struct Consonant(int Place, Manner Manner, bool IsVoiced);

    private readonly record struct Vowel(float Openness, float Depth, float LastOpenness, float LastDepth);
}
