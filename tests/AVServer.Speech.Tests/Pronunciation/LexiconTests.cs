namespace AVServer.Speech.Tests;

[Trait("Category", "unit")]
public sealed class LexiconTests
{
    private const string Small = ";;; a comment\r\nREAD  R EH1 D\r\nREAD(1)  R IY1 D\nDON'T  D OW1 N T\nAD-LIB  AE1 D L IH1 B\n";

    [Theory]
    [InlineData("read", "R EH D; R IY D")]
    [InlineData("Don't", "D OW N T")]
    [InlineData("AD-LIB", "AE D L IH B")]
    [InlineData("lib", "")]
    [InlineData("", "")]
    [InlineData("réad", "")]
    [InlineData("read(1)", "")]
    public void Word_has_its_pronunciations_in_order(string word, string expected) =>
        Assert.Equal(expected, Say(Lexicon.Parse(Small), word));

    [Fact]
    public void Words_are_told_in_the_files_order()
    {
        var lexicon = Lexicon.Parse(Small);
        Assert.Equal(["read", "don't", "ad-lib"], lexicon.Words);
        Assert.Equal(3, lexicon.Count);
    }

    [Theory]
    [InlineData("R IY D", "read, reed")]
    [InlineData("AE D L IH B", "ad-lib")]
    [InlineData("R IY", "")]
    public void Words_are_found_by_how_they_are_said(string phones, string expected) =>
        Assert.Equal(expected, string.Join(", ", Lexicon.Parse(Small + "REED  R IY1 D\n").Saying(PhoneSet.Parse(phones))));

    [Theory]
    [InlineData("WORD", 1)]
    [InlineData("A  AH0\nB  QQ", 2)]
    [InlineData("A  AH0\n\nB  ", 3)]
    [InlineData(" A  AH0", 1)]
    public void Line_that_is_no_word_is_refused_with_its_number(string text, int line)
    {
        var error = Assert.Throws<InvalidDataException>(() => Lexicon.Parse(text));
        Assert.Contains($"line {line} ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_no_lexicon() => Assert.Throws<InvalidDataException>(() => Lexicon.Parse(";;; nothing\n"));

    [Fact]
    public void Missing_file_is_told_at_once() =>
        Assert.Contains(
            "scripts/setup.sh", Assert.Throws<FileNotFoundException>(() => Lexicon.Load("/nowhere/cmudict.txt")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Installed_lexicon_is_whole()
    {
        var lexicon = Shipped.Lexicon;
        Assert.Equal(123_611, lexicon.Count);
        Assert.Equal("T AH M EY T OW; T AH M AA T OW", Say(lexicon, "tomato"));
        Assert.All(["hey", "computer", "marvin", "don't", "ad-lib", "zywicki"], word => Assert.NotEmpty(lexicon.Find(word)));
    }

    private static string Say(Lexicon lexicon, string word) =>
        string.Join("; ", lexicon.Find(word).Select(phones => PhoneSet.Format(phones.AsSpan())));
}
