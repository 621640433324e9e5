namespace AVServer.Speech.Tests;

[Trait("Category", "unit")]
public sealed class PhoneDistanceTests
{
    [Fact]
    public void Substitution_is_symmetric_bounded_and_nothing_only_for_the_same()
    {
        foreach (var one in PhoneSet.All)
        {
            foreach (var other in PhoneSet.All)
            {
                var cost = PhoneDistance.Substitution(one, other);
                Assert.Equal(cost, PhoneDistance.Substitution(other, one));
                Assert.InRange(cost, one == other ? 0f : 0.1f, one == other ? 0f : 1f);
            }
        }
    }

    [Theory]
    [InlineData(Phone.P, Phone.B, Phone.Z)]
    [InlineData(Phone.S, Phone.Z, Phone.M)]
    [InlineData(Phone.T, Phone.D, Phone.K)]
    [InlineData(Phone.M, Phone.N, Phone.F)]
    [InlineData(Phone.CH, Phone.SH, Phone.P)]
    [InlineData(Phone.IH, Phone.IY, Phone.AA)]
    [InlineData(Phone.IH, Phone.AH, Phone.OY)]
    [InlineData(Phone.EH, Phone.AE, Phone.UW)]
    [InlineData(Phone.AA, Phone.AO, Phone.IY)]
    public void Phones_that_sound_alike_are_nearer(Phone phone, Phone near, Phone far) =>
        Assert.True(PhoneDistance.Substitution(phone, near) < PhoneDistance.Substitution(phone, far));

    [Theory]
    [InlineData("K AH M P Y UW T ER", "K AH M P Y UW T ER", 1, 1)]
    [InlineData("K AH M P Y UW T ER", "K AH M Y UW T ER", 0.85, 0.9)]
    [InlineData("AA R T", "S T AA R T", 0.4, 0.65)]
    [InlineData("M AA R V IH N", "L AY T S", 0, 0.4)]
    [InlineData("", "", 1, 1)]
    [InlineData("B", "", 0, 0)]
    public void Rows_are_alike_as_wholes(string one, string other, double least, double most)
    {
        var (a, b) = (PhoneSet.Parse(one), PhoneSet.Parse(other));
        Assert.InRange(PhoneDistance.Similarity(a.AsSpan(), b.AsSpan()), least, most);
        Assert.Equal(PhoneDistance.Similarity(a.AsSpan(), b.AsSpan()), PhoneDistance.Similarity(b.AsSpan(), a.AsSpan()), 5);
    }

    [Theory]
    [InlineData("AA R T", "S T AA R T IH NG", 1, 1)]
    [InlineData("AA R T", "S T AA R D IH NG", 0.85, 0.95)]
    [InlineData("S T AA R T", "AA R T", 0.5, 0.7)]
    public void Row_is_looked_for_within_a_longer_one(string phones, string longer, double least, double most) =>
        Assert.InRange(PhoneDistance.SimilarityWithin(PhoneSet.Parse(phones).AsSpan(), PhoneSet.Parse(longer).AsSpan()), least, most);
}
