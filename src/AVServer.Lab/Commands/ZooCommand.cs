using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AVServer.Lab.Data;
using AVServer.Lab.Export;
using AVServer.Lab.Scoring;
using AVServer.Lab.Training;
using AVServer.Lab.Zoo;
using AVServer.Networks;
using static TorchSharp.torch;

namespace AVServer.Lab.Commands;

/// <summary>
/// <c>av-lab zoo</c>: trains networks of the literature by one recipe, on one data set, and writes what came of it into one table.
/// </summary>
internal static class ZooCommand
{
    private const string Begin = "<!-- zoo -->", End = "<!-- /zoo -->";

    /// <summary>Trains and measures rows, one after the other; a row that was cut off goes on where it was.</summary>
    internal static void Train(LabFolders folders, string recipePath, IReadOnlyList<string> names, TextWriter output)
    {
        // All names are looked up before the first one costs anything.
        foreach (var row in names.Select(KeywordZoo.Find).ToList()) Train(folders, recipePath, row, output);
    }

    /// <summary>
    /// Finds out how many steps of each row fit into its budget, so that training it goes as far on a busy machine as on a quiet one.
    /// </summary>
    internal static void Plan(LabFolders folders, string recipePath, IReadOnlyList<string> names, TextWriter output)
    {
        foreach (var row in names.Select(KeywordZoo.Find).ToList())
        {
            var recipe = ZooRecipe.Load(recipePath, row.Name);
            using var scope = NewDisposeScope();
            var steps = Steps(Folder(folders, row.Name), Trainer(folders, recipePath, recipe, row));
            output.WriteLine($"{row.Name}: {steps} steps");
        }
    }

    /// <summary>Writes the table of what was trained, here or before.</summary>
    internal static void Table(LabFolders folders, string recipePath, TextWriter output)
    {
        var store = Path.Combine(folders.Models, "zoo.json");
        var results = new SortedDictionary<string, ZooResult>(
            File.Exists(store) ? JsonSerializer.Deserialize<Dictionary<string, ZooResult>>(File.ReadAllText(store), DataRecipe.Json)! : [],
            StringComparer.Ordinal);
        foreach (var row in KeywordZoo.Networks.Where(row => File.Exists(ResultPath(folders, row.Name))))
            results[row.Name] = JsonSerializer.Deserialize<ZooResult>(File.ReadAllText(ResultPath(folders, row.Name)), DataRecipe.Json)!;
        File.WriteAllText(store, JsonSerializer.Serialize(results, DataRecipe.Json) + "\n");
        var table = new ZooTable(ZooRecipe.Load(recipePath, ""), results);
        File.WriteAllText(Path.Combine(folders.Models, "zoo.svg"), table.ToSvg());
        const string picture = "![Cost against misses at a hundred false alarms an hour, and the front](zoo.svg)";
        var text = $"{Begin}\n\n{table.Legend()}\n\n{table.ToMarkdown()}\n{picture}\n\n{End}";
        var readme = Path.Combine(folders.Models, "README.md");
        File.WriteAllText(readme, Between(File.ReadAllText(readme), text));
        output.Write(text);
    }

    /// <summary>A text with what stands between the two marks replaced.</summary>
    internal static string Between(string page, string text)
    {
        var (first, last) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        return first < 0 || last < first
            ? throw new InvalidDataException($"Expected {Begin} and {End} where the table goes, found none.")
            : page[..first] + text + page[(last + End.Length)..];
    }

    private static void Train(LabFolders folders, string recipePath, ZooNetwork row, TextWriter output)
    {
        var (recipe, folder) = (ZooRecipe.Load(recipePath, row.Name), Folder(folders, row.Name));
        Directory.CreateDirectory(folder);
        using var file = new StreamWriter(Path.Combine(folder, "training.log"), append: true) { AutoFlush = true };
        void Log(string line)
        {
            output.WriteLine($"{row.Name}: {line}");
            file.WriteLine(line);
        }

        var trainer = Trainer(folders, recipePath, recipe, row);
        var steps = trainer.Steps = Steps(folder, trainer);
        Log(string.Create(CultureInfo.InvariantCulture, $"{steps} steps in {recipe.Minutes:0.#} minutes of one core, seed {recipe.Seed}"));
        new TrainingRun(recipe.Schedule(steps), folder, Log).Run(trainer.Model, trainer.Loss);
        var exported = ModelExporter.Export(trainer.Model);
        var watch = Stopwatch.StartNew();
        using var scorer = new ZooScorer(exported, recipe.WordLabels);
        var test = Windows(folders, recipePath, recipe, Split.Test);
        var measured = scorer.Measure(recipe, steps, test, new EvaluationSet(CorporaOf(folders, recipePath, recipe), Split.Test));
        var result = measured with { Operations = trainer.Operations(test) };
        File.WriteAllText(ResultPath(folders, row.Name), JsonSerializer.Serialize(result, DataRecipe.Json));
        Log(string.Create(
            CultureInfo.InvariantCulture, $"measured in {watch.Elapsed.TotalSeconds:F0} s: {JsonSerializer.Serialize(result)}"));
    }

    private static ZooTrainer Trainer(LabFolders folders, string recipePath, ZooRecipe recipe, ZooNetwork row) =>
        new(recipe, row, Windows(folders, recipePath, recipe, Split.Train), Teacher(folders, recipePath, recipe));

    private static ZooWindows Windows(LabFolders folders, string recipePath, ZooRecipe recipe, Split split)
    {
        var kind = recipe.Sounds is null ? "zoo" : "zoo-sounds";
        return ZooWindows.LoadOrMake(
            Path.Combine(folders.Work, $"{kind}-{split}-{recipe.Seed}.bin"), recipe, CorporaOf(folders, recipePath, recipe), split);
    }

    private static Corpora CorporaOf(LabFolders folders, string recipePath, ZooRecipe recipe) =>
        new(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(recipePath))!, recipe.Data), folders.Cache);

    /// <summary>The row that the recipe names as a teacher, as it was trained.</summary>
    private static NormalisedNetwork? Teacher(LabFolders folders, string recipePath, ZooRecipe recipe)
    {
        if (recipe.Loss?.Teacher is not { } name) return null;
        var folder = Folder(folders, name);
        var marker = Path.Combine(folder, "step");
        if (!File.Exists(marker))
            throw new InvalidOperationException($"Expected {name}, a teacher, to be trained first; none is in {folder}.");
        var teacher = ZooTrainer.Normalised(ZooRecipe.Load(recipePath, name), KeywordZoo.Find(name), windows: null);
        teacher.load(Path.Combine(folder, $"{File.ReadAllText(marker)}.weights"));
        return teacher;
    }

    // How many steps fit is found out once: a resumed run has the schedule that it began with.
    private static int Steps(string folder, ZooTrainer trainer)
    {
        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, "steps");
        if (!File.Exists(path)) File.WriteAllText(path, trainer.StepsWithinBudget().ToString(CultureInfo.InvariantCulture));
        return int.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture);
    }

    private static string Folder(LabFolders folders, string name) => folders.Run($"zoo-{name}");

    private static string ResultPath(LabFolders folders, string name) => Path.Combine(Folder(folders, name), "result.json");
}
