using AVServer.Lab.Data;
using AVServer.TestKit;

namespace AVServer.Lab.Tests.AudioVisual;

[Trait("Category", "unit")]
public sealed class AudioVisualSplitTests
{
    private static readonly DataRecipe Recipe = DataRecipe.Load(
        Path.Combine(TestPaths.RepositoryRoot, "src", "AVServer.Lab", "Recipes", "please-data.json"));

    private static Split SplitOf(string set, string path, string speaker = "")
    {
        var row = new CorpusRow(set, path, "", speaker, default);
        return Recipe.Rules.FirstOrDefault(rule => rule.Matches(row))?.SplitOf(row) ?? Split.None;
    }

    [Theory]
    [InlineData("s1/bbaf2n.mkv", Split.Train)]
    [InlineData("s1/bbad2n.mkv", Split.Dev)]
    [InlineData("s2/bbaf2n.mkv", Split.Test)]
    [InlineData("s3/bbad2n.mkv", Split.Test)]
    [InlineData("s4/bbaf2n.mkv", Split.Test)]
    [InlineData("s5/bbaf2n.mkv", Split.Test)]
    [InlineData("s30/bbaf2n.mkv", Split.Test)]
    public void Only_the_first_talker_is_trained_on(string path, Split split) => Assert.Equal(split, SplitOf("grid", path));

    [CorporaFact]
    public void No_talker_of_the_corpus_is_in_training_and_test()
    {
        var splits = CorpusManifest.Read(Path.Combine(TestPaths.Corpora!, "grid", "manifest.tsv"))
            .GroupBy(row => row.Speaker).ToDictionary(
                group => group.Key, group => group.Select(row => SplitOf("grid", row.Path, row.Speaker)).Distinct().Order().ToArray());
        Assert.Equal([Split.Train, Split.Dev], splits["s1"]);
        Assert.All(splits.Where(pair => pair.Key != "s1"), pair => Assert.Equal([Split.Test], pair.Value));
        Assert.Equal(6, splits.Count);
    }

    [Theory]
    [InlineData("ravdess", "x.opus")]
    [InlineData("emodb", "x.opus")]
    [InlineData("ljspeech_subset", "x.opus")]
    [InlineData("noise_gsc_background", "running_tap.opus")]
    [InlineData("noise_misc", "picovoice_kitchen.opus")]
    public void Talkers_and_noises_of_the_test_never_train(string set, string path) => Assert.Equal(Split.Test, SplitOf(set, path));

    [Theory]
    [InlineData("wuw_corpus_ii")]
    [InlineData("noise_misc")]
    [InlineData("asterisk_prompts")]
    public void Sets_that_ask_for_sharing_alike_never_train(string set) =>
        Assert.DoesNotContain(Enumerable.Range(0, 50).Select(i => SplitOf(set, $"{i}.opus", $"speaker{i}")), split => split == Split.Train);

    [Fact]
    public void Talker_in_training_and_test_is_refused()
    {
        using var folder = new TemporaryFolder();
        string Line(string path) => $"{path}\tplease\ts1\tplease:0.5:1\t0\t16000\t25\t25";
        File.WriteAllLines(new LipCache(folder.Path).IndexPath("grid"), [Line("s1/one.mkv"), Line("elsewhere/two.mkv")]);
        var error = Assert.Throws<InvalidDataException>(() => new AudioVisualCorpus(Recipe, new LipCache(folder.Path)));
        Assert.Contains("s1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Recordings_without_word_times_or_without_a_face_are_left_out()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(new LipCache(folder.Path).IndexPath("grid"),
            ["s2/a.mkv\tbin\ts2\t\t0\t48000\t75\t75", "s2/b.mkv\tplease\ts2\tplease:0.5:1\t0\t48000\t75\t30",
                "s2/c.mkv\tplease\ts2\tplease:0.5:1\t0\t48000\t75\t75"]);
        var clip = Assert.Single(new AudioVisualCorpus(Recipe, new LipCache(folder.Path)).Clips);
        Assert.Equal(("s2/c.mkv", "s2", new AlignedWord("please", 0.5, 1)), (clip.Path, clip.Talker, clip.Keyword));
    }
}
