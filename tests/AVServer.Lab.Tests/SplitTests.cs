using AVServer.Lab.Data;
using AVServer.TestKit;

namespace AVServer.Lab.Tests;

[Trait("Category", "unit")]
public sealed class SplitTests
{
    private static readonly string RecipePath = Path.Combine(
        TestPaths.RepositoryRoot, "src", "AVServer.Lab", "Recipes", "computer-data.json");

    private static CorpusRow Row(string set, string path, string label = "", string speaker = "") =>
        new(set, path, label, speaker, 0..16_000);

    [Theory]
    [InlineData("wake-words/en/computer/tng-computer-11.opus", Split.Train, ClipRole.Keyword)]
    [InlineData("wake-words/en/computer/tng-computer-17.opus", Split.Dev, ClipRole.Keyword)]
    [InlineData("wake-words/en/computer/computer-en-x.opus", Split.Test, ClipRole.Keyword)]
    [InlineData("wake-words/en/hey_floyd/a.opus", Split.Test, ClipRole.Filler)]
    [InlineData("wake-words/pt/computador/a.opus", Split.Test, ClipRole.Filler)]
    [InlineData("wake-words/en/athena/a.opus", Split.Train, ClipRole.Filler)]
    public void Recordings_are_dealt_as_the_recipe_says(string path, Split split, ClipRole role)
    {
        var clip = Assert.Single(DataRecipe.Load(RecipePath).ToClips([Row("ovos_wakewords", path)], new Dictionary<string, WordTimes>()));
        Assert.Equal((split, role), (clip.Split, clip.Role));
    }

    [Fact]
    public void Speaker_is_in_one_split_only()
    {
        var rows = Enumerable.Range(0, 600).Select(i => Row("an4", $"{i}.opus", speaker: $"speaker{i % 60}"));
        var clips = DataRecipe.Load(RecipePath).ToClips(rows, new Dictionary<string, WordTimes>());
        Assert.All(clips.GroupBy(clip => clip.Speaker), group => Assert.Single(group.Select(clip => clip.Split).Distinct()));
        Assert.Equal(3, clips.Select(clip => clip.Split).Distinct().Count());
    }

    [Fact]
    public void Recordings_under_a_non_commercial_licence_never_train()
    {
        var clip = Assert.Single(DataRecipe.Load(RecipePath).ToClips([Row("ravdess", "audio/a.opus")], new Dictionary<string, WordTimes>()));
        Assert.Equal(Split.Test, clip.Split);
    }

    [Fact]
    public void Word_times_are_found_beside_the_recipe()
    {
        var recipe = DataRecipe.Load(RecipePath);
        var words = WordTimesTable.Load(Path.Combine(Path.GetDirectoryName(RecipePath)!, recipe.Words!));
        Assert.All(words.Values, word => Assert.InRange(word.EndSeconds - word.StartSeconds, 0.1, 2));
    }
}
