namespace AVServer.Speech.Tests;

[Trait("Category", "unit")]
public sealed class TokenizerTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("  \t\n", "")]
    [InlineData("...!?", "")]
    [InlineData("Kids are talking, by the door.", "kids are talking by the door")]
    [InlineData("I'm sure you don't", "me am sure you do not")]
    [InlineData("I can’t, WON'T, shan't and ain't", "me can not will not shall not and is not")]
    [InlineData("dont cant im thats", "do not can not me am that is")]
    [InlineData("they'll we've you're I'd", "they will we have you are me would")]
    [InlineData("it's John's; the dogs' bowl", "it is john the dogs bowl")]
    [InlineData("let's 'quote' rock'n'roll", "let us quote rock n roll")]
    [InlineData("I'd've shouldn't've", "me would have should not have")]
    [InlineData("well-known 1984 ÉCOLE", "well known 1984 école")]
    [InlineData("spent paint want", "spent paint want")]
    [InlineData("'''", "")]
    public void Text_becomes_words(string text, string expected) => Assert.Equal(expected, string.Join(' ', Tokenizer.Split(text)));

    [Fact]
    public void What_is_too_long_for_a_word_is_left_out() =>
        Assert.Equal(["yes"], Tokenizer.Split($"{new string('a', 100_000)} yes a{new string('\'', 100_000)}b"));

    [Fact]
    public void Words_cut_again_stay_the_same()
    {
        var once = Tokenizer.Split("I'm not sure that it's what they'd've said, can't say: dogs' bones 3.5");
        Assert.Equal(once, Tokenizer.Split(string.Join(' ', once)));
    }
}
