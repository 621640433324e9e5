using AVServer.Evaluation;
using AVServer.Lab.Commands;
using AVServer.Lab.Data;
using AVServer.Lab.Zoo;
using AVServer.Networks;
using AVServer.TestKit;

namespace AVServer.Lab.Tests.Zoo;

[Trait("Category", "unit")]
public sealed class ZooTests
{
    private static readonly string RecipePath = Path.Combine(TestPaths.RepositoryRoot, "src", "AVServer.Lab", "Recipes", "zoo.json");

    private static readonly ZooResult Result = new(1, 500, 0.75, 800, [0.5, 0.25, 0.125], [1, 0.5, 0.25], 40, 0.87, 120);

    [Fact]
    public void Row_without_a_file_is_trained_as_all_and_one_with_a_file_otherwise()
    {
        var (common, own) = (ZooRecipe.Load(RecipePath, "mdtc"), ZooRecipe.Load(RecipePath, "kwt-1"));

        Assert.Equal(new KeywordWindow(100, 40, 12), common.Window);
        Assert.NotEqual(common.LearningRate, own.LearningRate);
        Assert.Equal((common.Minutes, common.Seed), (own.Minutes, own.Seed));
    }

    [Fact]
    public void Files_of_rows_are_named_after_rows() => Assert.All(
        Directory.GetFiles(Path.Combine(Path.GetDirectoryName(RecipePath)!, "zoo")),
        path => KeywordZoo.Find(Path.GetFileNameWithoutExtension(path)));

    [Theory]
    [InlineData("ovos_wakewords", "wake-words/en/computer/a.opus", "", ClipRole.Keyword, 1)]
    [InlineData("ovos_wakewords", "wake-words/en/athena/athena-en-1.opus", "", ClipRole.Filler, 2)]
    [InlineData("picovoice_wakeword", "jarvis/1.opus", "jarvis", ClipRole.Filler, 4)]
    [InlineData("wuw_corpus_ii", "00001/1.opus", "Onword", ClipRole.Filler, 11)]
    [InlineData("wuw_corpus_ii", "00001/2.opus", "I work at Onword", ClipRole.Filler, 0)]
    [InlineData("an4", "a.opus", "YES", ClipRole.Filler, 0)]
    public void Recording_has_the_label_of_its_word(string set, string path, string label, ClipRole role, int wanted) =>
        Assert.Equal(
            wanted, ZooRecipe.Load(RecipePath, "mdtc").LabelOf(new Clip(set, path, "", Split.Train, role, 0..1), label));

    [Theory]
    [InlineData("noise_misc", "moh_reno_project-system.opus", 12)]
    [InlineData("noise_gsc_background", "pink_noise.opus", 14)]
    [InlineData("noise_gsc_background", "running_tap.opus", 0)]
    public void Sound_is_a_label_behind_the_words_where_a_row_has_sounds(string set, string path, int wanted)
    {
        var (sounds, words) = (ZooRecipe.Load(RecipePath, "unikw-at"), ZooRecipe.Load(RecipePath, "mdtc"));
        var clip = new Clip(set, path, "", Split.Train, ClipRole.Noise, 0..1);

        Assert.Equal((15, 12), (sounds.Window.Labels, sounds.WordLabels));
        Assert.Equal(wanted, sounds.LabelOf(clip, ""));
        Assert.Equal(0, words.LabelOf(clip, ""));
    }

    [Fact]
    public void Synthetic_speech_and_the_held_out_corpus_are_no_test_and_no_training()
    {
        var recipe = ZooRecipe.Load(RecipePath, "mdtc");
        var data = DataRecipe.Load(Path.Combine(Path.GetDirectoryName(RecipePath)!, recipe.Data));
        CorpusRow[] rows = [.. Enumerable.Range(0, 50).SelectMany(i => new[]
        {
            new CorpusRow("synthetic_words", $"{i}.opus", i % 2 == 0 ? "computer" : "commuter", $"voice{i}", 0..1),
            new CorpusRow(recipe.HeldOut, $"{i}.opus", "", $"reader{i}", 0..1),
        })];
        var clips = data.ToClips(rows, new Dictionary<string, WordTimes>());

        Assert.Equal(100, clips.Count);
        Assert.All(clips, clip => Assert.Equal(clip.Set == recipe.HeldOut ? Split.Test : Split.Train, clip.Split));
    }

    [Fact]
    public void Word_lies_in_the_middle_of_its_sound_or_in_its_loudest_second()
    {
        var samples = new float[48_000];
        Array.Fill(samples, 0.5f, 8_000, 8_000);
        Assert.InRange(ZooWindows.Centre(samples), 11_800, 12_200);

        Array.Fill(samples, 0.1f, 0, 48_000);
        Array.Fill(samples, 0.8f, 30_000, 16_000);
        Assert.InRange(ZooWindows.Centre(samples), 37_000, 39_000);
    }

    [Fact]
    public void Table_has_a_row_for_every_network_and_those_not_written()
    {
        var results = new Dictionary<string, ZooResult> { ["tc-resnet-8"] = Result };
        var table = new ZooTable(ZooRecipe.Load(RecipePath, ""), results).ToMarkdown();

        Assert.All(KeywordZoo.Networks, row => Assert.Contains($"| {row.Name} |", table, StringComparison.Ordinal));
        Assert.All(UnwrittenNetwork.All, row => Assert.Contains($"| {row.Name} |", table, StringComparison.Ordinal));
        Assert.Contains("| 120 | 75.0 | 50.0 / 25.0 / 12.5 | 100.0 / 50.0 / 25.0 |", table, StringComparison.Ordinal);
        Assert.Equal(KeywordZoo.Networks.Count - 1, table.Split("not trained yet").Length - 1);
        Assert.Equal(UnwrittenNetwork.All.Count, table.Split("not written yet").Length - 1);
    }

    [Fact]
    public void Table_tells_what_was_done_and_how_sounds_were_told_apart_where_a_row_has_it()
    {
        var results = new Dictionary<string, ZooResult> { ["i3d"] = Result with { Operations = 1234, SoundAccuracy = 0.5 } };
        var table = new ZooTable(ZooRecipe.Load(RecipePath, ""), results).ToMarkdown();

        Assert.Contains(" (1,234 done) | no | 120 | 75.0 (sounds 50.0) |", table, StringComparison.Ordinal);
    }

    [Fact]
    public void Front_holds_what_none_beats_in_cost_and_misses()
    {
        var front = ParetoPlot.Front([("dear", 90, 0.1), ("worse", 60, 0.4), ("cheap", 10, 0.5), ("middle", 50, 0.3), ("twin", 50, 0.35)]);

        Assert.Equal(["cheap", "middle", "dear"], front.Select(system => system.Name));
        Assert.Contains("<circle", ParetoPlot.Draw("t", "µs", [.. front]), StringComparison.Ordinal);
    }

    [Fact]
    public void Page_keeps_what_stands_around_the_table()
    {
        Assert.Equal("a\nnew\nb", ZooCommand.Between("a\n<!-- zoo -->\nold\n<!-- /zoo -->\nb", "new"));
        Assert.Throws<InvalidDataException>(() => ZooCommand.Between("no marks", "new"));
    }
}
