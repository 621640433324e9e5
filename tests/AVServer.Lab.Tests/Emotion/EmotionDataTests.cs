using System.Text.Json;
using AVServer.Lab.Data;
using AVServer.Lab.Data.Emotion;
using AVServer.Lab.Training.Emotion;
using AVServer.Networks.Emotion;
using AVServer.TestKit;

namespace AVServer.Lab.Tests.Emotion;

[Trait("Category", "unit")]
public sealed class EmotionDataTests : IDisposable
{
    private static readonly string[] Labels = ["angry", "neutral"];
    private readonly TemporaryFolder _folder = new();
    private readonly CorpusCache _cache;

    public EmotionDataTests()
    {
        _cache = new CorpusCache(_folder.Path);
        var corpus = Directory.CreateDirectory(Path.Combine(_folder.Path, "acted")).FullName;
        string[] rows =
            [.. Enumerable.Range(0, 12).Select(i => $"{i}.opus\t{(i % 3 == 0 ? "anger" : i % 3 == 1 ? "calm" : "fear")}\ts{i / 3}")];
        File.WriteAllLines(Path.Combine(corpus, "manifest.tsv"), ["path\temotion\tspeaker", .. rows]);
        File.WriteAllLines(
            Path.Combine(corpus, "folds.tsv"),
            ["path\tfold\tsplit",
                .. Enumerable.Range(0, 12).SelectMany(i => new[] { $"{i}.opus\t{(i / 6) + 1}\ttest", $"{i}.opus\t{2 - (i / 6)}\ttrain" })]);
        File.WriteAllLines(
            Path.Combine(_folder.Path, "acted.tsv"), Enumerable.Range(0, 12).Select(i => $"{i}.opus\tsomething\ts{i / 3}\t{i * 10}\t10"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Speakers_are_dealt_to_folds_one_after_the_other()
    {
        var recordings = Read(new EmotionSet("acted", Named, Folds: EmotionFolds.Speakers), 3);
        Assert.Equal(8, recordings.Count);
        Assert.Equal([0, 1, 2, 0], recordings.Where(recording => recording.Label == 0).Select(recording => recording.Fold));
        Assert.Equal(40..50, recordings.Single(recording => recording.Path == "4.opus").Samples);
        Assert.All(
            recordings.GroupBy(recording => recording.Speaker),
            speaker => Assert.Single(speaker.Select(recording => recording.Fold).Distinct()));
    }

    [Fact]
    public void Published_folds_are_taken_and_one_that_splits_a_speaker_is_refused()
    {
        var set = new EmotionSet("acted", Named, Folds: EmotionFolds.Published);
        Assert.Equal([0, 0, 1, 1], Read(set, 2).Where(recording => recording.Label == 0).Select(recording => recording.Fold));
        File.AppendAllLines(Path.Combine(_folder.Path, "acted", "folds.tsv"), ["1.opus\t2\ttest"]);
        Assert.Contains("s0", Assert.Throws<InvalidDataException>(() => Read(set, 2)).Message);
    }

    [Fact]
    public void Corpus_without_emotions_has_one_label_and_few_of_a_speaker()
    {
        var recordings = Read(new EmotionSet("acted", Label: "neutral", MostPerSpeaker: 2), 2);
        Assert.All(recordings, recording => Assert.Equal((1, -1), (recording.Label, recording.Fold)));
        Assert.Equal(["0.opus", "1.opus", "3.opus", "4.opus"], recordings.Take(4).Select(recording => recording.Path));
        Assert.Throws<InvalidDataException>(() => Read(new EmotionSet("acted", Label: "bored"), 2));
    }

    [Fact]
    public void Texts_of_one_wanted_emotion_are_read()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "text"));
        File.WriteAllLines(
            Path.Combine(_folder.Path, "text", "goemotions.tsv"),
            ["text\temotion_ekman\tsplit\temotion28", "I can't stand it!\tanger\ttrain\tanger", "ok\tneutral\ttest\tneutral",
                "hm\tanger,joy\ttrain\tx", "what\tsurprise\ttrain\tsurprise"]);
        var text = Assert.Single(
            EmotionTexts.Read(
                _folder.Path, "train", new Dictionary<string, string> { ["anger"] = "angry", ["neutral"] = "neutral" }, Labels));
        Assert.Equal(["me", "can", "not", "stand", "it"], text.Words);
        Assert.Equal(0, text.Label);
    }

    [Fact]
    public void Recipes_that_are_shipped_can_be_read()
    {
        foreach (var path in Directory.GetFiles(Path.Combine(TestPaths.RepositoryRoot, "src", "AVServer.Lab", "Recipes"), "*.json"))
        {
            var text = File.ReadAllText(path);
            if (text.Contains("\"strangers\":", StringComparison.Ordinal))
            {
                Assert.Equal(path.EndsWith("emotion-8.json", StringComparison.Ordinal) ? 8 : 4, SpeakerHeadRecipe.Load(path).Labels.Count);
                continue;
            }
            var isOfLips = text.Contains("\"faces\":", StringComparison.Ordinal);   // which are judged in folds, too
            if (isOfLips || !text.Contains("\"folds\":", StringComparison.Ordinal)) continue;
            var recipe = EmotionRecipe.Load(path);
            Assert.Equal(recipe.Labels.Count, recipe.Mscnn?.Labels ?? recipe.LightSerNet!.Labels);
            Assert.All(
                recipe.Beside
                    ?? [], beside => Assert.True(
                        File.Exists(Path.Combine(Path.GetDirectoryName(path)!, $"{beside}.json")),
                        $"{path} names {beside}, which isn't there."));
        }
    }

    [Fact]
    public void Recipe_with_something_otherwise_says_so_in_its_name()
    {
        var path = Path.Combine(TestPaths.RepositoryRoot, "src", "AVServer.Lab", "Recipes", "emotion-mscnn.json");
        var recipe = EmotionRecipe.Load(path, "mscnn.attention=false", "mscnn.pooling=mean", "members=1", "licence=none");
        Assert.Equal("emotion-mscnn+mscnn.attention=false+mscnn.pooling=mean+members=1+licence=none", recipe.Name);
        Assert.Equal((false, Statistics.Mean, 1, "none"), (recipe.Mscnn!.Attention, recipe.Mscnn.Pooling, recipe.Members, recipe.Licence));
        Assert.Equal(EmotionRecipe.Load(path).Mscnn, recipe.Mscnn with { Attention = true, Pooling = Statistics.All });
        Assert.Throws<JsonException>(() => EmotionRecipe.Load(path, "mscnn.attention"));
        Assert.Throws<JsonException>(() => EmotionRecipe.Load(path, "mscn.attention=false"));
        Assert.Throws<JsonException>(() => EmotionRecipe.Load(path, "mscnn.attntion=false"));
        Assert.Throws<JsonException>(() => EmotionRecipe.Load(path, "mscnn.wordVotes=false"));
    }

    private static Dictionary<string, string> Named => new() { ["anger"] = "angry", ["calm"] = "neutral" };

    private IReadOnlyList<Recording> Read(EmotionSet set, int folds) => EmotionCorpus.Read(_folder.Path, _cache, [set], Labels, folds);
}
