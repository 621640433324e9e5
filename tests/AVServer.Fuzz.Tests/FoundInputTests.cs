using System.Text;

namespace AVServer.Fuzz.Tests;

/// <summary>Inputs that a parser once could not stand, each at its shortest: found by <see cref="FuzzTests"/>, or by reading.</summary>
[Trait("Category", "unit")]
public sealed class FoundInputTests
{
    // RF64 with "fmt " of one 16-bit channel, then what is given.
    private const string Rf64 = "524636340000000057415645" + "666D74201000000001000100803E0000007D000002001000";

    [Theory]
    // A header that says that its sound lasts for longer than a time span can.
    [InlineData("head of a container", Rf64 + "647336341C000000" + "0000000000000000" + "FFFFFFFFFFFFFF7F" + "000000000000000000000000"
        + "64617461FFFFFFFF0000")]
    [InlineData("WAV file", Rf64 + "647336341C000000" + "0000000000000000" + "FFFFFFFFFFFFFF7F" + "000000000000000000000000"
        + "64617461FFFFFFFF0000")]
    // … or is shorter than nothing.
    [InlineData("WAV file", Rf64 + "647336341C000000" + "0000000000000000" + "00000000000000FF" + "000000000000000000000000"
        + "64617461FFFFFFFF0000")]
    // Behind a box of nearly 2⁶³ bytes the next one would begin before the file.
    [InlineData("head of a container", "0000001066747970" + "69736F6D00000200" + "0000000166726565" + "7FFFFFFFFFFFFFFF"
        + "0000000000000000")]
    public void Bytes_that_hurt_no_longer_do(string parser, string hex) => Try(parser, Convert.FromHexString(hex));

    [Theory]
    // Half a character in a name is found out where it is compared, in a text where it is read.
    [InlineData("text of a media socket", """{"typ\ud800e":"end"}""")]
    [InlineData("text of a media socket", """{"type":"\ud800"}""")]
    [InlineData("subscription", """{"streamId":"kitchen","after":"\ud800"}""")]
    [InlineData("Wyoming", """{"type":"\ud800"}""" + "\n")]
    [InlineData("Wyoming", """{"type":"detect","data":{"names":["\ud800"]}}""" + "\n")]
    [InlineData("Wyoming", """{"type":"ping","data":{"text":"\ud800"}}""" + "\n")]
    [InlineData("Wyoming", """{"type":"ping","data":{"\ud800":1}}""" + "\n")]
    // Numbers of JSON go further than time spans.
    [InlineData("chunk of the hub", """{"kind":"audio","time":1e99,"payload":""}""")]
    [InlineData("text of a media socket", """{"type":"text","text":"hello","start":0,"end":-1e300}""")]
    // What reads numbers passes over zero characters behind them: two texts for one place.
    [InlineData("cursor", "0198c1f2a3b47d51:17\0\0")]
    // A file without its sum.
    [InlineData(
        "manifest of a model", """{"name":"a","version":"1","kind":"lexicon","licence":"MIT","files":{"cmudict.txt":{"bytes":1}}}""")]
    public void Texts_that_hurt_no_longer_do(string parser, string text) => Try(parser, Encoding.UTF8.GetBytes(text));

    [Fact]
    public void Tags_without_end_are_passed_over_for_a_while_only()
    {
        var tags = Enumerable.Repeat("ID3\u0003\0\0\0\0\0\0"u8.ToArray(), 100_000).SelectMany(tag => tag).ToArray();
        Try("file with tags", tags);
    }

    private static void Try(string parser, byte[] input) => Parsers.All.Single(each => each.Name == parser).Try(input);
}
