namespace AVServer.Speech.Tests;

[Trait("Category", "unit")]
public sealed class PhoneSetTests
{
    [Fact]
    public void Phones_are_39_of_which_15_are_vowels()
    {
        Assert.Equal(PhoneSet.Count, PhoneSet.All.Length);
        Assert.Equal(
            "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH",
            PhoneSet.Format(PhoneSet.All.AsSpan()));
        Assert.Equal("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW", PhoneSet.Format([.. PhoneSet.All.Where(PhoneSet.IsVowel)]));
    }

    [Theory]
    [InlineData("HH EY M AA R V IH N", "HH EY M AA R V IH N")]
    [InlineData(" hh ey1\tm aa2 r\n v ih0 n ", "HH EY M AA R V IH N")]
    [InlineData("", "")]
    [InlineData("  ", "")]
    public void Text_becomes_phones(string text, string expected) => Assert.Equal(expected, PhoneSet.Format(PhoneSet.Parse(text).AsSpan()));

    [Theory]
    [InlineData("K AX M", "AX")]
    [InlineData("AH3", "AH3")]
    [InlineData("1", "1")]
    [InlineData("AA,EH", "AA,EH")]
    public void Phone_that_does_not_exist_is_named_with_those_that_do(string text, string wrong)
    {
        var error = Assert.Throws<PronunciationException>(() => PhoneSet.Parse(text));
        Assert.Equal(PronunciationFault.UnknownPhone, error.Fault);
        Assert.Contains($"'{wrong}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("AA AE AH", error.Message, StringComparison.Ordinal);
    }
}
