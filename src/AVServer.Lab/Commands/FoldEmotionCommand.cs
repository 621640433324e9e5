using System.Globalization;
using AVServer.Lab.Data.Emotion;
using AVServer.Lab.Scoring.Emotion;
using AVServer.Lab.Training.Emotion;
using AVServer.Networks.Emotion;
using static TorchSharp.torch;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab fold-emotion</c>: trains an emotion recipe once for each fold without the fold's speakers, and scores them. Started again, it goes on where it was.</summary>
public static class FoldEmotionCommand
{
    private const int Draws = 3;

    /// <summary>File of the scores of all folds.</summary>
    internal const string Scores = "folds.tsv";

    public static void Run(LabFolders folders, string recipePath, TextWriter output, params IReadOnlyList<string> changes)
    {
        var recipe = EmotionRecipe.Load(recipePath, changes);
        set_num_threads(recipe.Threads);
        var materials = new EmotionDatasets(folders, recipe);
        var bank = materials.Bank();
        var training = new EmotionTraining(recipe, bank, output.WriteLine);
        Directory.CreateDirectory(folders.Run(recipe.Name));
        var text = recipe.Reads ? TrainEmotionCommand.ReadAndCompare(folders, recipe, materials, training, output.WriteLine) : null;
        var all = new List<EmotionScore>();
        for (var fold = 0; fold < recipe.Folds; fold++)
        {
            var folder = folders.Run(Path.Combine(recipe.Name, string.Create(CultureInfo.InvariantCulture, $"fold-{fold}")));
            var path = Path.Combine(folder, "scores.tsv");
            if (!File.Exists(path)) EmotionScores.Write(path, Fold(recipe, materials, bank, training, text, fold, folder));
            var scores = EmotionScores.Read(path);
            all.AddRange(scores);
            foreach (var condition in scores.GroupBy(score => score.Condition))
                output.WriteLine(FormattableString.Invariant($"fold {fold} {condition.Key}: WA {condition.ToMatrix(recipe.Labels.Count).Wa:F3} UA {condition.ToMatrix(recipe.Labels.Count).Ua:F3}"));
        }
        EmotionScores.Write(Path.Combine(folders.Run(recipe.Name), Scores), all);
        foreach (var condition in all.GroupBy(score => score.Condition))
            output.WriteLine(FormattableString.Invariant($"{recipe.Name} {condition.Key}: WA {condition.ToMatrix(recipe.Labels.Count).Wa:F3} UA {condition.ToMatrix(recipe.Labels.Count).Ua:F3}"));
    }

    private static List<EmotionScore> Fold(EmotionRecipe recipe, EmotionDatasets materials, EmotionBank bank, EmotionTraining training, MscnnSpu? text, int fold, string folder)
    {
        var places = Enumerable.Range(0, bank.Recordings.Count).ToLookup(place => bank.Recordings[place].Fold == fold);
        var (train, test) = (places[false].ToArray(), places[true].ToArray());
        var sound = training.Sound(train, folder);
        var scores = new List<EmotionScore>(EmotionScorer.ScoreAudio(sound, bank, test, fold));
        if (text is null) return scores;
        var vectors = materials.Vectors!;
        var fused = training.Fused(train, materials.Texts("train"), vectors, (MscnnSpu)sound.Module, text, folder);
        var random = new Random(recipe.Seed + fold);
        var draw = new TextDraw(materials.Texts("test"), recipe.Labels.Count);
        var drawn = Enumerable.Repeat(test, Draws).SelectMany(all => all).ToArray();
        (int Recording, LabelledText? Text)[] matching = [.. drawn.Select(place => (place, (LabelledText?)draw.Of(bank.Recordings[place].Label, random)))];
        (int Recording, LabelledText? Text)[] wrong = [.. drawn.Select(place => (place, (LabelledText?)draw.OfOther(bank.Recordings[place].Label, random)))];
        scores.AddRange(EmotionScorer.ScoreAudioAndText(fused, bank, test.Select(place => (place, (LabelledText?)null)), vectors, EmotionConditions.NoWords, fold));
        scores.AddRange(EmotionScorer.ScoreAudioAndText(fused, bank, matching, vectors, EmotionConditions.MatchingWords, fold));
        scores.AddRange(EmotionScorer.ScoreAudioAndText(fused, bank, wrong, vectors, EmotionConditions.OtherWords, fold));
        scores.AddRange(EmotionScorer.ScoreText(text, matching.Select(pair => pair.Text!), vectors, EmotionConditions.Words, fold));
        return scores;
    }

    /// <summary>Draws texts by their label.</summary>
    private sealed class TextDraw(IReadOnlyList<LabelledText> texts, int labels)
    {
        private readonly LabelledText[][] _byLabel = [.. Enumerable.Range(0, labels).Select(label => texts.Where(text => text.Label == label).ToArray())];

        internal LabelledText Of(int label, Random random) => _byLabel[label][random.Next(_byLabel[label].Length)];

        internal LabelledText OfOther(int label, Random random) => Of((label + random.Next(1, labels)) % labels, random);
    }
}
