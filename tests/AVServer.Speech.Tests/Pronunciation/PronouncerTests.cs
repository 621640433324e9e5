using System.Text;

namespace AVServer.Speech.Tests;

[Trait("Category", "unit")]
public sealed class PronouncerTests
{
    private static readonly Pronouncer Pronouncer = Shipped.Pronouncer;

    [Theory]
    [InlineData("hey marvin", "hey:HH EY | marvin:M AA R V IH N")]
    [InlineData("HEY, Marvin!!! 🤖", "hey:HH EY | marvin:M AA R V IH N")]
    [InlineData("r2d2", "r:AA R | two:T UW | d:D IY | two:T UW")]
    [InlineData("agent 42", "agent:EY JH AH N T | forty:F AO R T IY | two:T UW")]
    [InlineData("hal 9000", "hal:HH AE L | nine:N AY N | thousand:TH AW Z AH N D")]
    [InlineData("1984", "nineteen:N AY N T IY N | eighty:EY T IY | four:F AO R")]
    [InlineData("1,000", "one:W AH N | thousand:TH AW Z AH N D")]
    [InlineData("2nd", "second:S EH K AH N D")]
    [InlineData("3.5", "three:TH R IY | point:P OY N T | five:F AY V")]
    [InlineData("٤٢", "forty:F AO R T IY | two:T UW")]
    [InlineData("rock & roll", "rock:R AA K | and:AH N D | roll:R OW L")]
    [InlineData("don’t stop", "don't:D OW N T | stop:S T AA P")]
    [InlineData("Café", "cafe:K AH F EY")]
    [InlineData("cafe\u0301", "cafe:K AH F EY")]
    [InlineData("ＨＥＹ", "hey:HH EY")]
    [InlineData("ad-lib", "ad-lib:AE D L IH B")]
    [InlineData("hey-computer", "hey:HH EY | computer:K AH M P Y UW T ER")]
    [InlineData("hey TV", "hey:HH EY | tv:T IY V IY")]
    [InlineData("AI", "ai:EY AY")]
    [InlineData("A.I.", "ai:EY AY")]
    [InlineData("J.A.R.V.I.S.", "jarvis:JH AA R V AH S")]
    [InlineData("tts", "tts:T IY T IY EH S")]
    [InlineData("wi-fi", "wi-fi:W AY F AY")]
    public void Text_is_read_as_people_say_it(string text, string expected) => Assert.Equal(expected, Write(Pronouncer.Pronounce(text)[0]));

    [Theory]
    [InlineData("marvin", PronunciationSource.Lexicon)]
    [InlineData("zorblax", PronunciationSource.Spelling)]
    [InlineData("tts", PronunciationSource.LetterNames)]
    [InlineData("zorblax=Z AO R B", PronunciationSource.Given)]
    public void Source_of_each_word_is_told(string text, PronunciationSource source) =>
        Assert.All(Pronouncer.Pronounce(text), way => Assert.Equal(source, way.Words[0].Source));

    [Fact]
    public void Word_in_upper_case_that_nobody_knows_is_spelled_and_said()
    {
        var ways = Pronouncer.Pronounce("hey ZOBU").Select(way => way.Words[1]).ToArray();
        Assert.Equal("Z IY OW B IY Y UW", PhoneSet.Format(ways[0].Phones.AsSpan()));
        Assert.Contains(ways, word => word.Source == PronunciationSource.Spelling);
    }

    [Fact]
    public void Text_all_in_upper_case_is_not_spelled() =>
        Assert.All(Pronouncer.Pronounce("HEY ZOBU"), way => Assert.Equal(PronunciationSource.Spelling, way.Words[1].Source));

    [Theory]
    [InlineData("computer", "K AH M P Y UW D ER")]
    [InlineData("computer", "K AH M P Y UW T AH")]
    [InlineData("water", "W AO D ER")]
    [InlineData("marvin", "M AA R V AH N")]
    [InlineData("tomato", "T AH M AA T OW")]
    [InlineData("1984", "W AH N TH AW Z AH N D N AY N HH AH N D R AH D EY T IY F AO R")]
    public void Usual_variants_are_among_the_ways(string text, string phones) =>
        Assert.Contains(phones, Pronouncer.Pronounce(text).Select(way => way.ToString()));

    [Theory]
    [InlineData("hotel", "HH OW D EH L")]
    [InlineData("talking", "T AO K AH NG")]
    public void What_nobody_says_is_not(string text, string phones) =>
        Assert.DoesNotContain(phones, Pronouncer.Pronounce(text).Select(way => way.ToString()));

    [Fact]
    public void Given_phones_override_all_else()
    {
        var ways = Pronouncer.Pronounce("Hey Marvin = hh ey0 | m aa1 r v ih0 n, HH EY | M AA V IH N, HH EY | M AA R V IH N");
        Assert.Equal(["hey:HH EY | marvin:M AA R V IH N", "hey:HH EY | marvin:M AA V IH N"], ways.Select(Write));
        Assert.Equal("hey marvin:HH EY M AA R V IH N", Write(Pronouncer.FromPhones("hey marvin", "HH EY M AA R V IH N")[0]));
        Assert.Equal("SH Y AW AY", Pronouncer.Pronounce("小爱=SH Y AW AY")[0].ToString());
    }

    [Theory]
    [InlineData("", PronunciationFault.Empty)]
    [InlineData(" \t\n", PronunciationFault.Empty)]
    [InlineData("computer=", PronunciationFault.Empty)]
    [InlineData("=K AH M", PronunciationFault.Empty)]
    [InlineData("hey you=HH EY |", PronunciationFault.Empty)]
    [InlineData("computer=,", PronunciationFault.Empty)]
    [InlineData("🤖🤖", PronunciationFault.NothingToSay)]
    [InlineData("... !?", PronunciationFault.NothingToSay)]
    [InlineData("'", PronunciationFault.NothingToSay)]
    [InlineData("小爱同学", PronunciationFault.UnknownScript)]
    [InlineData("hey Алиса", PronunciationFault.UnknownScript)]
    [InlineData("supercalifragilisticexpialidocious supercalifragilisticexpialidocious", PronunciationFault.TooLong)]
    [InlineData("computer=K AX M", PronunciationFault.UnknownPhone)]
    [InlineData("hey marvin=HH EY | M AA R | V IH N", PronunciationFault.WordCount)]
    public void Text_that_cannot_be_said_is_refused_with_expected_and_got(string text, PronunciationFault fault)
    {
        var error = Assert.Throws<PronunciationException>(() => Pronouncer.Pronounce(text));
        Assert.Equal(fault, error.Fault);
        Assert.StartsWith("Expected ", error.Message, StringComparison.Ordinal);
        Assert.Contains("got ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Endless_texts_are_refused_with_a_short_message()
    {
        string[] texts =
            [new('a', 1_000_000), string.Concat(Enumerable.Repeat("hey ", 100)), new('7', 100), "a=" + new string('B', 1_000_000),
                $"a={string.Concat(Enumerable.Repeat("B ", 41))}"];
        Assert.All(texts, text =>
        {
            var error = Assert.Throws<PronunciationException>(() => Pronouncer.Pronounce(text));
            Assert.Equal(PronunciationFault.TooLong, error.Fault);
            Assert.InRange(error.Message.Length, 20, 300);
        });
    }

    [Fact]
    public void Any_text_gives_few_distinct_pronunciations_always_the_same_or_a_clear_error()
    {
        var random = new Random(15);
        var other = Pronouncer.Load(Shipped.LexiconPath, Shipped.LettersPath);
        for (var i = 0; i < 300; i++)
        {
            var text = RandomText(random);
            try
            {
                var ways = Pronouncer.Pronounce(text);
                Assert.InRange(ways.Count, 1, Pronouncer.MaxPronunciations);
                Assert.Equal(ways.Count, ways.Select(way => way.ToString()).Distinct().Count());
                Assert.All(ways, way => Assert.All(way.Words, word => Assert.NotEmpty(word.Phones)));
                Assert.All(ways, way => Assert.All(way.Phones, phone => Assert.Contains(phone, PhoneSet.All)));
                Assert.All(ways, way => Assert.InRange(way.Phones.Length, 1, Pronouncer.MaxPhones));
                Assert.Equal(ways.Select(Write), other.Pronounce(text).Select(Write));
            }
            catch (PronunciationException error)
            {
                Assert.StartsWith("Expected ", error.Message, StringComparison.Ordinal);
            }
        }
    }

    private static string RandomText(Random random)
    {
        const string Characters = "aaabcdeeefghiiijklmnooopqrstuuuvwxyz     '-.,&0123ABÉßø€😀=|語";
        var text = new StringBuilder();
        for (var length = random.Next(0, 24); length > 0; length--) text.Append(Characters[random.Next(Characters.Length)]);
        return text.ToString();
    }

    private static string Write(Pronunciation way) =>
        string.Join(" | ", way.Words.Select(word => $"{word.Text}:{PhoneSet.Format(word.Phones.AsSpan())}"));
}
