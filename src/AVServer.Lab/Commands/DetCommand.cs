using AVServer.Evaluation;
using AVServer.Lab.Data;
using AVServer.Lab.Export;
using AVServer.Lab.Features;
using AVServer.Lab.Scoring;
using AVServer.Lab.Training;
using AVServer.Runtime;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab det</c>: measures both stages and the cascade; thresholds and calibration from dev, the report from test.</summary>
public static class DetCommand
{
    // A candidate costs some 6 ms of one core: at this rate less than a thousandth of it.
    private const double CandidatesPerHour = 400;
    private const double FalseAlarmsPerHour = 1;
    private const int WatchSteps = 5;

    // On dev the misses fall up to here, stay the same up to twice as much, and rise again.
    private const float FirstWeight = 0.5f;

    public static async Task RunAsync(
        LabFolders folders, string spotterPath, string verifierPath, TextWriter output, CancellationToken cancellationToken)
    {
        var (first, second) = (TrainRecipe.Load(spotterPath), TrainRecipe.Load(verifierPath));
        TorchSharp.torch.set_num_threads(2);
        var corpora = new Corpora(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(spotterPath))!, first.Data), folders.Cache);
        using var embedding = new EmbeddingFrontEnd(folders.Models);
        var spotter = new SpotterScorer(Checkpoints.Spotter(folders, first));
        var verifier = new VerifierScorer(Checkpoints.Verifier(folders, second), embedding);
        var testSet = new EvaluationSet(corpora, Split.Test);
        var dev = new CascadeReport(new EvaluationSet(corpora, Split.Dev), spotter, verifier, withNoise: false);
        await output.WriteLineAsync("dev scored");
        var test = new CascadeReport(testSet, spotter, verifier, withNoise: true);
        await output.WriteLineAsync("test scored");

        var keyword = corpora.Recipe.Keyword;
        var spotterDev = dev.Spotter(CascadeReport.Clean);
        var candidate = Calibration(spotterDev).ThresholdFor(CandidatesPerHour);
        var cascadeDev = dev.Cascade(CascadeReport.Clean, (float)candidate.Threshold, FirstWeight, WatchSteps).WithSmoothTail();
        var chosen = Calibration(cascadeDev).ThresholdFor(FalseAlarmsPerHour);
        Rewrite(folders, first.Name, manifest => manifest with
        {
            Calibration = new Dictionary<string, CalibrationTable> { [keyword] = Calibration(spotterDev) },
            OperatingPoint = new OperatingPoint(CandidatesPerHour),
        });
        Rewrite(folders, second.Name, manifest => manifest with
        {
            Calibration = new Dictionary<string, CalibrationTable> { [keyword] = Calibration(cascadeDev) },
            OperatingPoint = new OperatingPoint(FalseAlarmsPerHour),
            FirstStage = new FirstStageSpec(
                first.Name, new Dictionary<string, float> { [keyword] = (float)candidate.Threshold }, CandidatesPerHour, FirstWeight),
            Trigger = new TriggerSpec(VerifySteps: WatchSteps),
        });
        // The cascade alone: 'av-lab score' has it beside the typed word.
        await using var pipeline = new PipelineScorer(folders.Models, new KeyValuePair<string, string?>("Keywords:Shipped", "false"));
        var shipped = await ShippedReport.MeasureAsync(keyword, testSet, pipeline, cancellationToken);
        var report = new DetReport(test, shipped, dev, candidate.Threshold, chosen.Threshold, FirstWeight, WatchSteps);
        await File.WriteAllTextAsync(Path.Combine(folders.Models, second.Name, "det.md"), report.ToMarkdown(), cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folders.Models, second.Name, "det.svg"), report.ToSvg(), cancellationToken);
        await output.WriteAsync(report.ToMarkdown());
    }

    private static CalibrationTable Calibration(DetCurve curve) => new(
        "dev split: recordings, speakers and corpora that the weights never saw; rates of fewer than five alarms follow the line of the "
            + "others",
        Math.Round(curve.FillerHours, 3),
        curve.KeywordUtterances,
        [
            .. curve.Points.Select(
                point => new CalibrationPoint(
                    Math.Round(point.Threshold, 6), Math.Round(point.FalseAlarmsPerHour, 3), Math.Round(point.Frr, 4)))]);

    private static void Rewrite(LabFolders folders, string model, Func<ModelManifest, ModelManifest> change)
    {
        var path = Path.Combine(folders.Models, model, ModelManifest.FileName);
        if (!File.Exists(path))
            throw new FileNotFoundException($"Expected the exported {model} at {path}, found none. Run 'av-lab export' first.", path);
        ModelFolder.WriteManifest(Path.Combine(folders.Models, model), change(ModelManifest.Parse(File.ReadAllText(path))));
    }
}
