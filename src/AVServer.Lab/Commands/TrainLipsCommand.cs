using AVServer.Lab.Export;
using AVServer.Lab.Lips;
using AVServer.Lab.Training;
using AVServer.Networks.Lips;
using AVServer.Runtime;

namespace AVServer.Lab.Commands;

/// <summary>
/// <c>av-lab train-lips</c>: teaches a network which phones lips show, on all talkers of its recipe, and writes the model. Started again,
/// it goes on where it was.
/// </summary>
public static class TrainLipsCommand
{
    public static async Task RunAsync(LabFolders folders, string recipePath, TextWriter output, CancellationToken cancellationToken)
    {
        var recipe = LipPhoneRecipe.Load(recipePath);
        Directory.CreateDirectory(folders.Run(recipe.Name));
        await using var file = new StreamWriter(Path.Combine(folders.Run(recipe.Name), "training.log"), append: true) { AutoFlush = true };
        void Log(string line)
        {
            output.WriteLine(line);
            file.WriteLine(line);
        }
        using var corpus = await LipCorpus.OpenAsync(folders, recipe, Log, cancellationToken);
        var model = Train(folders, recipe, recipe.Name, corpus.Clips, corpus.Targets.Labels, Log);
        var exported = ModelExporter.Export(model);
        var priors = LipPhoneReport.Priors(corpus.Clips, corpus.Targets.Labels.Count);
        Write(Path.Combine(folders.Models, recipe.Name), recipePath, recipe, corpus.Targets.Labels, exported, new LipPhoneTable(priors));
        Log(FormattableString.Invariant(
            $"{recipe.Name}: {exported.Graph.Length} bytes, differs from its definition by at most {exported.MaxDifference:E1}"));
    }

    /// <summary>Trains a network, or goes on with it, in a run of its own.</summary>
    /// <param name="folders">Where runs lie.</param>
    /// <param name="recipe">How.</param>
    /// <param name="run">Name of the run.</param>
    /// <param name="clips">What teaches.</param>
    /// <param name="labels">Names of the labels.</param>
    /// <param name="log">Told how far it is.</param>
    internal static LipPhoneNet Train(
        LabFolders folders, LipPhoneRecipe recipe, string run, IReadOnlyCollection<LipClip> clips, IReadOnlyList<string> labels,
        Action<string> log)
    {
        var trainer = new LipPhoneTrainer(recipe, clips, labels);
        log(FormattableString.Invariant(
            $"{run}: {clips.Count} recordings, {clips.Sum(clip => clip.Face.Seconds) / 60:F1} min of {trainer.Talkers} talkers"));
        new TrainingRun(recipe.Schedule, folders.Run(run), line => log($"{run} {line}")).Run(trainer.Model, trainer.Loss);
        return trainer.Model;
    }

    private static void Write(
        string folder, string recipePath, LipPhoneRecipe recipe, IReadOnlyList<string> labels, ExportedModel exported, LipPhoneTable table)
    {
        Directory.CreateDirectory(folder);
        var files = new Dictionary<string, byte[]>
        {
            [ModelManifest.MainFile] = exported.Graph,
            [LipPhoneFiles.Table] = table.ToJson(),
        };
        foreach (var (name, bytes) in files) File.WriteAllBytes(Path.Combine(folder, name), bytes);
        File.Copy(recipePath, Path.Combine(folder, "recipe.json"), overwrite: true);
        ModelFolder.WriteManifest(folder, new ModelManifest
        {
            Name = recipe.Name,
            Version = recipe.Version,
            Kind = ModelKind.LipPhones,
            Description = "Tells from a talker's mouth which phones it shows.",
            Licence = recipe.Licence,
            Source = $"av-lab train-lips src/AVServer.Lab/Recipes/{Path.GetFileName(recipePath)}, seed {recipe.Seed}",
            Files = files.ToDictionary(file => file.Key, file => ModelFolder.Entry(file.Value)),
            Inputs = exported.Inputs,
            Outputs = exported.Outputs,
            Labels = labels,
        });
    }
}
