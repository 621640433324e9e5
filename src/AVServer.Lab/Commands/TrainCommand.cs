using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Lab.Features;
using AVServer.Lab.Training;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab train</c>: makes the pool of examples, trains, leaves checkpoints and a log. Started again, it goes on.</summary>
public static class TrainCommand
{
    public static void Run(LabFolders folders, string recipePath, TextWriter output)
    {
        var recipe = TrainRecipe.Load(recipePath);
        var pool = Pool(folders, recipe, recipePath, output);
        Directory.CreateDirectory(folders.Run(recipe.Name));
        using var file = new StreamWriter(Path.Combine(folders.Run(recipe.Name), "training.log"), append: true) { AutoFlush = true };
        void Log(string line)
        {
            output.WriteLine(line);
            file.WriteLine(line);
        }
        Log($"{recipe.Name} {recipe.Version}: {pool.Count} examples, {pool.Words.Count(word => word is not null)} with the keyword, seed "
            + $"{recipe.Seed}");
        var run = new TrainingRun(recipe.Schedule, folders.Run(recipe.Name), Log);
        if (recipe.Spotter is not null)
        {
            var trainer = new SpotterTrainer(recipe, pool);
            run.Run(trainer.Model, trainer.Loss);
        }
        else
        {
            var trainer = new VerifierTrainer(recipe, pool);
            run.Run(trainer.Model, trainer.Loss);
        }
    }

    private static ExamplePool Pool(LabFolders folders, TrainRecipe recipe, string recipePath, TextWriter output)
    {
        var corpora = new Corpora(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(recipePath))!, recipe.Data), folders.Cache);
        var composer = new ExampleComposer(recipe.Composition, corpora.Of(Split.Train), corpora.Read);
        using var embedding = new EmbeddingFrontEnd(folders.Models);
        var path = Path.Combine(folders.Work, $"pool-{recipe.Seed}-{recipe.Examples}.bin");
        var done = 0;
        return ExamplePool.LoadOrMake(path, composer, embedding, recipe.Examples, recipe.Seed, count =>
        {
            if ((done += count) % 1000 == 0) output.WriteLine($"composed {done} of {recipe.Examples} examples");
        });
    }
}
