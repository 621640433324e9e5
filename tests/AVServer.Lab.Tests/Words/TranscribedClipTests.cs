using AVServer.Lab.Data;
using AVServer.Lab.Words;

namespace AVServer.Lab.Tests.Words;

/// <summary>What a corpus says of a recording, as words.</summary>
[Trait("Category", "unit")]
public sealed class TranscribedClipTests
{
    [Theory]
    [InlineData("Printing, in the only sense", "printing in the only sense")]
    [InlineData("HEY  Chatterbox!", "hey chatterbox")]
    [InlineData("Operator [noise] please", "operator please")]
    [InlineData("ThinkEngine", "think engine")]
    [InlineData("don't", "don't")]
    [InlineData("(not wake word)", null)]
    [InlineData("ó televisão", null)]
    [InlineData("", null)]
    public void Label_becomes_words_or_nothing(string label, string? expected) => Assert.Equal(expected, TranscribedClip.Normalise(label));

    [Fact]
    public void Text_is_said_as_whole_words_only()
    {
        var spoken = new TranscribedClip(new Clip("set", "path", "", Split.Train, ClipRole.Filler, 0..1), "the computers are here");
        Assert.False(spoken.Contains("computer"));
        Assert.True(spoken.MayContain("computer"));
        Assert.True(spoken.Contains("computers are"));
        Assert.True(spoken.MayContain("hear e") is false);
    }
}
