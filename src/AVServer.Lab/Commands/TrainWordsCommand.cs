using AVServer.Contracts;
using AVServer.Lab.Export;
using AVServer.Lab.Words;
using AVServer.Networks;
using AVServer.Pipeline;
using AVServer.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Lab.Commands;

/// <summary>
/// <c>av-lab train-words</c>: teaches the judge on all texts, writes the phone model with its network, judge, table, stored speech, and how
/// well words are found.
/// </summary>
public static class TrainWordsCommand
{
    public static async Task RunAsync(LabFolders folders, string recipePath, TextWriter output, CancellationToken cancellationToken)
    {
        var recipe = WordsRecipe.Load(recipePath);
        using var corpus = await WordCorpus.OpenAsync(folders, recipe, recipePath, output.WriteLine, cancellationToken);
        var data = JudgeDataset.Make(corpus, recipe, output.WriteLine);
        await using var rescorer = new CandidateRescorer(folders, data, corpus.Pronouncer, output.WriteLine);
        var rescoring = new RescoringTrainer(corpus, data, recipe, rescorer).Train(output.WriteLine);
        var judge = JudgeTrainer.Train(corpus, data, _ => true, recipe.Seed);
        var sounds = corpus.BackgroundAudioFile();
        var network = await NetworkAsync(folders, recipe, corpus, sounds, output, cancellationToken);
        Write(folders, recipe, recipePath, new Dictionary<string, byte[]>
        {
            [ModelManifest.MainFile] = network.Graph,
            [PhoneModelFiles.Judge] = JudgeGraph.Build(judge),
            [PhoneModelFiles.Phones] = Table(corpus, recipe, rescoring).ToJson(),
            [PhoneModelFiles.Background] = corpus.BackgroundSpeechFile(),
            [PhoneModelFiles.Sounds] = sounds,
        }, network);
        await ShipAsync(folders, recipePath, cancellationToken);
        var report = WakeWordReport.Measure(corpus, data, recipe, rescorer, rescoring, output.WriteLine);
        await File.WriteAllTextAsync(Path.Combine(folders.Models, recipe.Name, "evaluation.md"), report, cancellationToken);
    }

    /// <summary>
    /// <c>av-lab ship-words</c>: measures the words that come with the phone model, by the server's own code on the model as it is written.
    /// </summary>
    public static async Task ShipAsync(LabFolders folders, string recipePath, CancellationToken cancellationToken)
    {
        var recipe = WordsRecipe.Load(recipePath);
        await using var services = PipelineServices.BuildPipeline(
            folders.Models, new KeyValuePair<string, string?>("Keywords:Shipped", "false"));
        var (registry, models) = (services.GetRequiredService<KeywordRegistry>(), services.GetRequiredService<KeywordCatalog>());
        var shipped = new List<ShippedWord>();
        foreach (var (text, falseAlarmsPerHour) in recipe.Shipped)
            shipped.Add(registry.MeasureShipped(
                new KeywordRequest(text, falseAlarmsPerHour), await FusedAsync(KeywordNames.FromText(text)), cancellationToken));
        var words = ShippedWord.ToJson(shipped);
        var folder = Path.Combine(folders.Models, recipe.Name);
        await File.WriteAllBytesAsync(Path.Combine(folder, PhoneModelFiles.Keywords), words, cancellationToken);
        var path = Path.Combine(folder, ModelManifest.FileName);
        var manifest = ModelManifest.Parse(await File.ReadAllTextAsync(path, cancellationToken));
        var files = new Dictionary<string, ModelFile>(manifest.Files) { [PhoneModelFiles.Keywords] = ModelFolder.Entry(words) };
        ModelFolder.WriteManifest(folder, manifest with { Files = files });

        // A verifier that listens by default and knows the keyword too.
        async Task<FusedModel?> FusedAsync(string keyword)
        {
            if (models.Active.Spoken.FirstOrDefault(
                model => model.Verifier is not null && model.Words.Any(word => word.Keyword == keyword)) is not { } model) return null;
            var stored = await registry.Model!.Calibrator.StoredScoresAsync(model, keyword, cancellationToken);
            return new FusedModel(model.Verifier!.Reference, stored);
        }
    }

    // A network that was taken from the model stays the file that it was.
    private static async Task<ExportedModel> NetworkAsync(
        LabFolders folders, WordsRecipe recipe, WordCorpus corpus, byte[] sounds, TextWriter output, CancellationToken cancellationToken)
    {
        if (corpus.IsShippedNetwork)
        {
            var folder = Path.Combine(folders.Models, recipe.Name);
            var manifest = ModelManifest.Parse(
                await File.ReadAllTextAsync(Path.Combine(folder, ModelManifest.FileName), cancellationToken));
            var graph = await File.ReadAllBytesAsync(Path.Combine(folder, ModelManifest.MainFile), cancellationToken);
            return new ExportedModel(graph, 0, manifest.Inputs, manifest.Outputs, manifest.Streaming);
        }
        var network = ModelExporter.Export(corpus.Network, PhoneQuantisation.Recordings(sounds, recipe.NoiseVariance));
        await output.WriteLineAsync(FormattableString.Invariant(
            $"{recipe.Name}: {network.Graph.Length} bytes, differs from its definition by at most {network.MaxDifference:E1}"));
        return network;
    }

    private static PhoneTable Table(WordCorpus corpus, WordsRecipe recipe, TrainedRescoring rescoring)
    {
        var states = corpus.States;
        var numbers = Enumerable.Range(0, states.Phones.Count).ToArray();
        return new PhoneTable(
            states.Phones,
            [.. numbers.Where(phone => states.IsSilence[phone]).Select(phone => states.Phones[phone])],
            [.. numbers.Select(phone => states.Enter(phone).ToArray())],
            [.. numbers.Select(phone => states.Stay(phone).ToArray())],
            states.Contexts,
            states.Durations,
            recipe.Matcher,
            recipe.NoiseVariance,
            PhoneStreaming.DelayOutputs(corpus.Network.Config),
            recipe.SearchedPerHour,
            recipe.RescoredPerHour,
            recipe.HeardAgainPerHour,
            rescoring.FalseAlarms,
            rescoring.Weights);
    }

    private static void Write(
        LabFolders folders, WordsRecipe recipe, string recipePath, Dictionary<string, byte[]> files, ExportedModel network)
    {
        var folder = Path.Combine(folders.Models, recipe.Name);
        Directory.CreateDirectory(folder);
        foreach (var (name, bytes) in files) File.WriteAllBytes(Path.Combine(folder, name), bytes);
        File.Copy(recipePath, Path.Combine(folder, "recipe.json"), overwrite: true);
        var manifest = new ModelManifest
        {
            Name = recipe.Name,
            Version = recipe.Version,
            Kind = ModelKind.PhoneModel,
            Description = "Hears English phones: any wake word is found from its spelling.",
            Licence = "Apache-2.0 AND CC-BY-SA-4.0",
            Source =
                $"av-lab train-words src/AVServer.Lab/Recipes/{Path.GetFileName(recipePath)}, seed {recipe.Seed}; {recipe.NetworkOrigin}",
            Files = files.ToDictionary(file => file.Key, file => ModelFolder.Entry(file.Value)),
            Features = new FeatureSpec("mfcc", Mels: 23),
            Inputs = network.Inputs,
            Outputs = network.Outputs,
            Streaming = network.Streaming,
        };
        ModelFolder.WriteManifest(folder, manifest);
    }
}
