namespace AVServer.Speech.Tests;

[Trait("Category", "unit")]
public sealed class PronunciationAdvisorTests
{
    private static readonly PronunciationAdvisor Advisor = new(Shipped.Lexicon);

    [Theory]
    [InlineData("hey marvin")]
    [InlineData("zorblax")]
    [InlineData("okay chatterbox")]
    public void Word_that_is_long_and_like_no_other_has_no_warning(string text) => Assert.Empty(Advisor.Advise(Say(text)));

    [Theory]
    [InlineData("hi", true)]
    [InlineData("stop", true)]
    [InlineData("strands", false)]
    [InlineData("siri", false)]
    public void Word_with_few_phones_and_one_syllable_is_short(string text, bool isShort) =>
        Assert.Equal(isShort, Advisor.Advise(Say(text)).Any(warning => warning.Kind == PronunciationWarningKind.TooShort));

    [Fact]
    public void Short_word_is_told_what_it_has() =>
        Assert.Contains("2 phones (HH AY) in 1 syllable", Advisor.Advise(Say("hi"))[0].Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("computer", "computers")]
    [InlineData("computer", "commuter")]
    [InlineData("art", "part")]
    public void Frequent_words_that_sound_alike_are_named(string text, string near)
    {
        var warning = Advisor.Advise(Say(text)).Single(warning => warning.Kind == PronunciationWarningKind.NearCommonWords);
        Assert.InRange(warning.Near.Count, 1, 5);
        Assert.Contains(near, warning.Near.Select(word => word.Text));
        Assert.DoesNotContain(warning.Near, word => word.Text == text);
        Assert.Equal(warning.Near.OrderByDescending(word => word.Similarity), warning.Near);
        Assert.Contains(warning.Near[0].Text, warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hey marvin", "hey martin", true)]
    [InlineData("computer", "hey computer", true)]
    [InlineData("hey computer", "computer", true)]
    [InlineData("hey marvin", "computer", false)]
    [InlineData("alexa", "jarvis", false)]
    public void Keyword_that_is_nearly_another_is_warned_of(string text, string other, bool isNear)
    {
        var warnings = Advisor.Advise(Say(text), [Say("hello there"), Say(other)])
            .Where(warning => warning.Kind == PronunciationWarningKind.NearKeyword).ToArray();
        Assert.Equal(isNear ? 1 : 0, warnings.Length);
        if (isNear) Assert.Equal(other, Assert.Single(warnings[0].Near).Text);
    }

    [Fact]
    public void Nothing_to_advise_on_is_an_error() => Assert.Throws<ArgumentOutOfRangeException>(() => Advisor.Advise([]));

    private static IReadOnlyList<Pronunciation> Say(string text) => Shipped.Pronouncer.Pronounce(text);
}
