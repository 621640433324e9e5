using System.Globalization;
using AVServer.Lab.Data;
using AVServer.Lab.Data.Emotion;
using AVServer.Lab.Export;
using AVServer.Lab.Features;
using AVServer.Lab.Scoring.Emotion;
using AVServer.Lab.Training.Emotion;
using AVServer.Networks.Emotion;
using AVServer.Runtime;

namespace AVServer.Lab.Commands;

/// <summary>
/// <c>av-lab emotion</c>: hears the corpora by the speech encoder, says how well strangers are judged, corpus by corpus, fits the model and
/// writes its folder. Minutes.
/// </summary>
public static class EmotionCommand
{
    public static async Task RunAsync(LabFolders folders, string recipePath, TextWriter output, CancellationToken cancellationToken)
    {
        var recipe = SpeakerHeadRecipe.Load(recipePath);
        EmotionSet[] sets = [.. recipe.Sets, .. recipe.Strangers];
        var cache = new CorpusCache(folders.Cache);
        foreach (var set in sets.Select(set => set.Set).Concat(EmotionDatasets.NoiseSets))
            await cache.DecodeAsync(folders.Corpora, set, cancellationToken);
        var lines = new List<string>();
        using var encoder = SpeechEncoder.Load(ModelStore.Open(folders.Models).Get(SpeakerHeadRecipe.Encoder));
        var bank = ReadBank(folders, recipe, sets, cache, encoder, noise: null);
        var counts = bank.Recordings.CountBy(row => row.Set).Select(set => $"{set.Key} {set.Value}");
        Log($"{recipe.Name} {recipe.Version}: {string.Join(", ", counts)} recordings; seed {recipe.Seed}");
        var report = new CrossCorpusReport(recipe.Labels);
        var evaluation = new CrossCorpusEvaluation(recipe, bank, new SpeakerHeadTrainer(recipe, bank), report, Log);
        var strangers = evaluation.JudgeStrangers(sets);
        var shipped = evaluation.FitAll();
        if (recipe.Strangers.Any(set => set.Labels is not null))
        {
            var noises = EmotionDatasets.Noises(cache);
            NoiseReport.Append(
                report, recipe, shipped, ratio => ReadBank(folders, recipe, recipe.Strangers, cache, encoder, (noises, ratio)), Log);
        }
        if (ModelStore.Open(folders.Models).OfKind(ModelKind.SpeakerEmbedding).FirstOrDefault() is { } speakers)
        {
            using var embedding = SpeakerEmbedding.Load(speakers);
            SpeakerStreamReport.Append(
                report, recipe, bank, shipped, recording => EmotionDatasets.Samples(cache, recording.Set, recording.Samples), embedding,
                Log);
        }
        var folds = evaluation.JudgeFolds();
        // Without strangers thresholds are read off the folds.
        var (temperature, confidence) = evaluation.Calibrate(strangers.Count > 0 ? strangers : folds);
        Export(folders, recipe, recipePath, shipped, (temperature, confidence), Log);
        var folder = Path.Combine(folders.Models, recipe.Name);
        await File.WriteAllTextAsync(Path.Combine(folder, "evaluation.md"), report.ToString().TrimStart(), cancellationToken);
        await File.WriteAllLinesAsync(Path.Combine(folder, TrainEmotionCommand.LogFile), lines, cancellationToken);
        await output.WriteAsync(report.ToString());

        void Log(string line)
        {
            lines.Add(line);
            output.WriteLine(line);
        }
    }

    // With noise, at a ratio in dB, a second rendering of each recording has it.
    private static EmotionBank ReadBank(
        LabFolders folders,
        SpeakerHeadRecipe recipe,
        IReadOnlyList<EmotionSet> sets,
        CorpusCache cache,
        SpeechEncoder encoder,
        (float[][] Noises, double RatioDb)? noise)
    {
        // Folds of speakers: one a speaker, but for published ones.
        var recordings = EmotionCorpus.Read(folders.Corpora, cache, sets, recipe.Labels, folds: 100);
        foreach (var set in sets) _ = cache.Samples(set.Set, 0..0);
        return new EmotionBank(
            recordings,
            recording => EmotionDatasets.Samples(cache, recording.Set, recording.Samples),
            noise?.Noises ?? [],
            new EncoderFrontEnd(encoder, recipe.WindowSeconds),
            noise is { RatioDb: var ratio }
                ? new EmotionAugmentation(Variants: 2, SpeedSpread: 0, NoiseShare: 1, LowestSnrDb: ratio, HighestSnrDb: ratio, ColourDb: 0)
                : new EmotionAugmentation(Variants: 1),
            recipe.Seed);
    }

    private static void Export(
        LabFolders folders,
        SpeakerHeadRecipe recipe,
        string recipePath,
        SpeakerHead head,
        (double Temperature, double Confidence) read,
        Action<string> log)
    {
        var exported = ModelExporter.Export(head);
        ModelFolder.Write(Path.Combine(folders.Models, recipe.Name), recipePath, exported, new ModelManifest
        {
            Name = recipe.Name,
            Version = recipe.Version,
            Kind = ModelKind.Emotion,
            Description = recipe.Description,
            Licence = recipe.Licence,
            Source = $"av-lab emotion src/AVServer.Lab/Recipes/{Path.GetFileName(recipePath)}, seed {recipe.Seed}",
            Files = new Dictionary<string, ModelFile>(),
            Labels = recipe.Labels,
            Emotion = new EmotionSpec(
                EmotionFrontEnd.Encoder,
                SpeakerHeadRecipe.MaxSeconds,
                head.Config.MaxWords,
                head.Config.Reads ? SpeakerHeadRecipe.Votes : null,
                read.Temperature,
                read.Confidence,
                Encoder: SpeakerHeadRecipe.Encoder,
                WindowSeconds: recipe.WindowSeconds),
        });
        log(string.Create(
            CultureInfo.InvariantCulture,
            $"{recipe.Name}: {exported.Graph.Length} bytes, differs from its definition by at most {exported.MaxDifference:E1}; "
            + $"temperature {read.Temperature:F3}, unsure below {read.Confidence:F2}"));
    }
}
