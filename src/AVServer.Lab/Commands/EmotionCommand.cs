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

/// <summary><c>av-lab emotion</c>: hears the corpora by the speech encoder, says how well strangers are judged, corpus by corpus, fits the model and writes its folder. Minutes.</summary>
public static class EmotionCommand
{
    private static readonly double[] Histories = [0, 10, 30, 60, SpeakerHistory.All];
    private static readonly string[] HistoryNames = ["nothing heard before", "10 s", "30 s", "60 s", "all of the speaker"];

    public static async Task RunAsync(LabFolders folders, string recipePath, TextWriter output, CancellationToken cancellationToken)
    {
        var recipe = SpeakerHeadRecipe.Load(recipePath);
        EmotionSet[] sets = [.. recipe.Sets, .. recipe.Strangers];
        var cache = new CorpusCache(folders.Cache);
        foreach (var set in sets.Select(set => set.Set).Concat(EmotionDatasets.NoiseSets)) await cache.DecodeAsync(folders.Corpora, set, cancellationToken);
        var lines = new List<string>();
        using var encoder = SpeechEncoder.Load(ModelStore.Open(folders.Models).Get(SpeakerHeadRecipe.Encoder));
        var bank = ReadBank(folders, recipe, sets, cache, encoder, noise: null);
        var counts = bank.Recordings.CountBy(row => row.Set).Select(set => $"{set.Key} {set.Value}");
        Log($"{recipe.Name} {recipe.Version}: {string.Join(", ", counts)} recordings; seed {recipe.Seed}");
        var trainer = new SpeakerHeadTrainer(recipe, bank);
        int[] Of(Func<Recording, bool> wanted) => [.. Enumerable.Range(0, bank.Recordings.Count).Where(place => wanted(bank.Recordings[place]))];

        var report = new CrossCorpusReport(recipe.Labels);
        var strangers = new List<IReadOnlyList<IReadOnlyList<EmotionScore>>>();
        report.Begin("Strangers of another corpus and language", HistoryNames);
        foreach (var judged in sets.Where(set => set.Labels is not null))
        {
            string[] teaching = [.. recipe.Sets.Select(set => set.Set).Where(set => set != judged.Set)];
            if (!recipe.Sets.Any(set => teaching.Contains(set.Set) && set.Labels is not null)) continue;
            var head = trainer.Fit(Of(row => teaching.Contains(row.Set)));
            var asked = Of(row => row.Set == judged.Set);
            IReadOnlyList<IReadOnlyList<EmotionScore>> scores =
                [.. Histories.Select(seconds => trainer.Score(head, asked, seconds).ToList())];
            report.Add(string.Join(" + ", teaching), judged.Set, scores);
            strangers.Add(scores);
            Log($"{string.Join('+', teaching)} -> {judged.Set}: {string.Join(' ', scores.Select(column => Percent(Ua(column))))}");
        }
        if (strangers.Count > 0)
        {
            var means = HistoryNames.Select((name, i) => $"{name} {Percent(strangers.Average(scores => Ua(scores[i])))}");
            report.AppendText($"Mean UA: {string.Join(", ", means)}.");
        }

        var shipped = trainer.Fit(Of(row => recipe.Sets.Any(set => set.Set == row.Set)));
        if (recipe.Strangers.Any(set => set.Labels is not null))
        {
            var noises = EmotionDatasets.Noises(cache);
            NoiseReport.Append(
                report, recipe, shipped, ratio => ReadBank(folders, recipe, recipe.Strangers, cache, encoder, (noises, ratio)), Log);
        }

        report.Begin("Strangers of the corpora that teach: no speaker of a fold teaches it", HistoryNames);
        var folds = new List<IReadOnlyList<IReadOnlyList<EmotionScore>>>();
        foreach (var judged in recipe.Sets.Where(set => set.Labels is not null))
        {
            var columns = Histories.Select(_ => new List<EmotionScore>()).ToArray();
            foreach (var fold in bank.Recordings.Where(row => row.Set == judged.Set).Select(row => row.Fold).Distinct().Order())
            {
                var head = trainer.Fit(Of(row => recipe.Sets.Any(set => set.Set == row.Set) && !(row.Set == judged.Set && row.Fold == fold)));
                var asked = Of(row => row.Set == judged.Set && row.Fold == fold);
                for (var i = 0; i < Histories.Length; i++) columns[i].AddRange(trainer.Score(head, asked, Histories[i]));
            }
            report.Add(string.Join(" + ", recipe.Sets.Select(set => set.Set)), judged.Set, columns);
            folds.Add(columns);
            Log($"{judged.Set} in folds of speakers: {string.Join(' ', columns.Select(column => Percent(Ua(column))))}");
        }

        // What is asked of the answers is asked of each corpus, at a speaker's first utterance as later; without strangers, of the folds.
        var judgedApart = strangers.Count > 0 ? strangers : folds;
        List<EmotionScore>[] calibration = [.. judgedApart.SelectMany(scores => new[] { scores[0].ToList(), scores[2].ToList() })];
        var temperature = Math.Round(calibration.SelectMany(scores => scores).FitTemperature(), 3);
        var answered = calibration.Select(scores => scores.Answers(temperature).ToList()).ToList();
        var confidence = Math.Round(EmotionScores.MinimumConfidence(answered, accuracy: 0.7, coverage: 0.6), 2);
        foreach (var (scores, i) in judgedApart.SelectMany(scores => new[] { (scores[0], 0), (scores[2], 2) }))
        {
            var answers = scores.Answers(temperature).ToList();
            var sure = answers.Where(answer => answer.Posterior >= confidence).ToList();
            var coverage = sure.Count / (double)answers.Count;
            var right = sure.Count(answer => answer.Right) / (double)Math.Max(1, sure.Count);
            report.AppendText(
                $"{scores[0].Condition}, {HistoryNames[i]}: {Percent(coverage)} answered, of these {Percent(right)} right; "
                + "the others are \"unsure\".");
        }
        Export(folders, recipe, recipePath, shipped, (temperature, confidence), Log);
        var folder = Path.Combine(folders.Models, recipe.Name);
        await File.WriteAllTextAsync(Path.Combine(folder, "evaluation.md"), report.ToString().TrimStart(), cancellationToken);
        await File.WriteAllLinesAsync(Path.Combine(folder, TrainEmotionCommand.LogFile), lines, cancellationToken);
        await output.WriteAsync(report.ToString());

        double Ua(IEnumerable<EmotionScore> column) => column.ToMatrix(recipe.Labels.Count).Ua;

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

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:F1} %");
}
