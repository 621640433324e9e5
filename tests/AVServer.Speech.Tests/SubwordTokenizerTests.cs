using AVServer.TestKit;

namespace AVServer.Speech.Tests;

[Trait("Category", "golden")]
public sealed class SubwordTokenizerTests
{
    private static readonly SubwordTokenizer Tokenizer = SubwordTokenizer.Load(
        Path.Combine(TestPaths.Models, "speech-recogniser", "vocabulary.json"),
        Path.Combine(TestPaths.Models, "speech-recogniser", "merges.txt"));

    /// <summary>Tokens by llama-tokenizer-js 1.2.2.</summary>
    [Theory]
    [InlineData("view glass", new[] { 1776, 12917 })]
    [InlineData("View glass", new[] { 4533, 12917 })]
    [InlineData("View Glass", new[] { 4533, 402, 605 })]
    [InlineData("computer", new[] { 6601 })]
    [InlineData("Computer", new[] { 20972 })]
    [InlineData("snowboy", new[] { 15007, 19415 })]
    [InlineData("Hey Chatterbox", new[] { 18637, 678, 2620, 1884 })]
    public void Tokens_are_those_of_the_published_tokenizer(string text, int[] expected) => Assert.Equal(expected, Tokenizer.Encode(text));

    /// <summary>Numbers by llama-tokenizer-js 1.2.2.</summary>
    [Theory]
    [InlineData(".", 29889)]
    [InlineData(",", 29892)]
    [InlineData("!", 29991)]
    [InlineData("?", 29973)]
    public void Closing_marks_are_tokens(string mark, int expected) => Assert.Equal(expected, Tokenizer.NumberOf(mark));

    [Fact]
    public void Token_that_there_is_not_has_no_number() => Assert.Throws<KeyNotFoundException>(() => Tokenizer.NumberOf("no such token"));

    [Fact]
    public void What_no_token_covers_is_spelled_by_smaller_ones_or_unknown() =>
        Assert.All(Tokenizer.Encode("zzyzx qwrtp 漢"), token => Assert.InRange(token, 0, 31_999));
}
