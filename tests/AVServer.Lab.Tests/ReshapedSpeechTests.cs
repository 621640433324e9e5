using AVServer.Lab.Data;

namespace AVServer.Lab.Tests;

[Trait("Category", "unit")]
public sealed class ReshapedSpeechTests
{
    [Theory]
    [InlineData("keyword/en/computer/a-1.opus@2", "en/computer/a-1.opus")]
    [InlineData("filler/a@b/c.opus@17", "a@b/c.opus")]
    [InlineData("en/computer/a-1.opus", "en/computer/a-1.opus")]
    public void Reshaped_recording_names_what_it_was_made_of(string path, string original) =>
        Assert.Equal(original, ReshapedSpeech.Original(path));

    [Fact]
    public void Word_of_a_reshaped_recording_lies_where_the_original_has_it()
    {
        var recipe = new DataRecipe("hello", [new SplitRule(ReshapedSpeech.Set, ClipRole.Keyword, Split.Train, Path: "^keyword/")]);
        var words = new Dictionary<string, WordTimes> { ["en/hello/a-1.opus"] = new(0.3, 0.8) };

        var clips = recipe.ToClips([Row("keyword/en/hello/a-1.opus@0", "a@0"), Row("filler/en/other/b-1.opus@0", "")], words);

        var clip = Assert.Single(clips);
        Assert.Equal(new WordTimes(0.3, 0.8), clip.Word);
        Assert.Equal("a@0", clip.Contributor);
    }

    [Theory]
    [InlineData("", "en/computer/tng-computer-17.opus", "tng-computer")]
    [InlineData("ann", "en/computer/tng-computer-17.opus", "ann")]
    public void Contributor_is_the_speaker_or_the_name_without_its_number(string speaker, string path, string contributor) =>
        Assert.Equal(contributor, new Clip("a", path, speaker, Split.Train, ClipRole.Keyword, 0..1).Contributor);

    private static CorpusRow Row(string path, string speaker) => new(ReshapedSpeech.Set, path, "", speaker, 0..16_000);
}
