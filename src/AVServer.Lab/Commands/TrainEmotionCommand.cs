using AVServer.Lab.Scoring.Emotion;
using AVServer.Lab.Training.Emotion;
using AVServer.Networks.Emotion;
using AVServer.Runtime;
using AVServer.Speech;
using static TorchSharp.torch;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab train-emotion</c>: an emotion model on all of its recipe's recordings and texts. Started again, it goes on where it was.</summary>
public static class TrainEmotionCommand
{
    /// <summary>Name of the log in a run's folder.</summary>
    public const string LogFile = "training.log";

    /// <summary>File of the scores on GoEmotions' test split.</summary>
    internal const string TextScores = "texts.tsv";

    public static void Run(LabFolders folders, string recipePath, TextWriter output)
    {
        var recipe = EmotionRecipe.Load(recipePath);
        set_num_threads(recipe.Threads);
        Directory.CreateDirectory(folders.Run(recipe.Name));
        using var file = new StreamWriter(Path.Combine(folders.Run(recipe.Name), LogFile), append: true) { AutoFlush = true };
        void Log(string line)
        {
            output.WriteLine(line);
            file.WriteLine(line);
        }
        var materials = new EmotionDatasets(folders, recipe);
        var bank = materials.Bank();
        Log($"{recipe.Name} {recipe.Version}: {bank.Recordings.Count} recordings, {string.Join(", ", bank.Recordings.CountBy(recording => recipe.Labels[recording.Label]).Select(label => $"{label.Key} {label.Value}"))}; seed {recipe.Seed}");
        var training = new EmotionTraining(recipe, bank, Log);
        var examples = Enumerable.Range(0, bank.Recordings.Count).ToArray();
        var sound = training.Sound(examples, folders.Run(recipe.Name));
        if (!recipe.Reads) return;
        var texts = materials.Texts("train");
        var text = ReadAndCompare(folders, recipe, materials, training, Log);
        training.Fused(examples, texts, materials.Vectors!, (MscnnSpu)sound.Module, text, folders.Run(recipe.Name));
    }

    /// <summary>The part that reads, and the baseline beside it, both scored on the test split once. Words get their votes, where the recipe asks for them.</summary>
    internal static MscnnSpu ReadAndCompare(LabFolders folders, EmotionRecipe recipe, EmotionDatasets materials, EmotionTraining training, Action<string> log)
    {
        var (train, dev, folder) = (materials.Texts("train"), materials.Texts("dev"), folders.Run(recipe.Name));
        var baseline = training.Baseline(train, dev, folder);
        if (recipe.Votes is not null)
        {
            var (words, votes) = baseline.ToTable();
            File.WriteAllBytes(Path.Combine(folder, WordVectorFiles.Words), words);
            File.WriteAllBytes(Path.Combine(folder, WordVectorFiles.Vectors), votes);
            materials.Add(new WordVectors(words, votes));
        }
        var text = training.Text(train, materials.Vectors!, folder);
        if (recipe.Votes is not null) training.TuneVotes(text, baseline, materials.Vectors!, dev);
        var path = Path.Combine(folder, TextScores);
        if (File.Exists(path)) return text;
        var test = materials.Texts("test");
        EmotionScore[] scores = [.. EmotionScorer.ScoreText(text, test, materials.Vectors!, EmotionConditions.Texts, 0), .. EmotionScorer.ScoreText(baseline, test)];
        EmotionScores.Write(path, scores);
        foreach (var condition in scores.GroupBy(score => score.Condition))
            log(FormattableString.Invariant($"{condition.Key}: macro F1 {condition.ToMatrix(recipe.Labels.Count).MacroF1:F4} on {condition.Count()} texts of test"));
        return text;
    }
}
