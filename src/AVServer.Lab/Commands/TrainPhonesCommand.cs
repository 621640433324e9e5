using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Lab.Import.Kaldi;
using AVServer.Lab.Training;
using AVServer.Lab.Training.Phones;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab train-phones</c>: teaches a phone network noise, leaves checkpoints and a log. Started again, it goes on.</summary>
public static class TrainPhonesCommand
{
    public static async Task RunAsync(LabFolders folders, string recipePath, TextWriter output, CancellationToken cancellationToken)
    {
        var recipe = PhoneRecipe.Load(recipePath);
        var dataPath = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(recipePath))!, recipe.Data);
        var cache = new CorpusCache(folders.Cache);
        foreach (var set in DataRecipe.Load(dataPath).Sets)
            if (await cache.DecodeAsync(folders.Corpora, set, cancellationToken)) await output.WriteLineAsync($"{set}: decoded");
        var corpora = new Corpora(dataPath, folders.Cache);
        var windows = new PhoneWindows(recipe, corpora, new NoiseBank(corpora, Split.Train, recipe.Seed));

        Directory.CreateDirectory(folders.Run(recipe.Name));
        await using var file = new StreamWriter(Path.Combine(folders.Run(recipe.Name), "training.log"), append: true) { AutoFlush = true };
        void Log(string line)
        {
            output.WriteLine(line);
            file.WriteLine(line);
        }
        Log($"{recipe.Name} {recipe.Version}: {windows.Count.Running} recordings of running speech, {windows.Count.Words} of words, seed "
            + $"{recipe.Seed}");
        var kaldi = KaldiModel.Load(Path.Combine(folders.Models, recipe.Teacher, "am", "final.mdl"));
        var model = PhoneNetImport.Build(kaldi.Network);
        if (recipe.Start.Length > 0) Checkpoints.Restore(folders, recipe.Start, model);
        var trainer = new PhoneTrainer(recipe, PhoneNetImport.Build(kaldi.Network), model, windows);
        new TrainingRun(recipe.Schedule, folders.Run(recipe.Name), Log).Run(trainer.Model, trainer.Loss);
    }
}
