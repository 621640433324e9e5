using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Lab.Scoring.AudioVisual;
using AVServer.Lab.Training;
using AVServer.Runtime;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab evaluate-av</c>: scores an exported audio-visual spotter on talkers that were never trained on; thresholds and calibration from dev, the report from test.</summary>
public static class EvaluateAvCommand
{
    private const int Draws = 5;
    private const double FalseAlarmsPerHour = 60;

    public static void Run(LabFolders folders, string recipePath, TextWriter output)
    {
        var recipe = AudioVisualRecipe.Load(recipePath);
        TorchSharp.torch.set_num_threads(recipe.Threads);
        var corpora = new Corpora(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(recipePath))!, recipe.Data), folders.Cache);
        var corpus = new AudioVisualCorpus(corpora.Recipe, new LipCache(folders.Lips));
        var folder = Path.Combine(folders.Models, recipe.Name);
        using var scorer = new AudioVisualScorer(folder, AudioVisualCheckpoints.Audio(folders, recipe), AudioVisualCheckpoints.Visual(folders, recipe));

        var (devSet, devSound) = (new AudioVisualSet(corpus, Split.Dev), new WindowSound(new NoiseBank(corpora, Split.Dev, recipe.Seed)));
        var testSet = new AudioVisualSet(corpus, Split.Test);
        var testScores = new TrialScores(new AudioVisualTrials(testSet, Draws, recipe.Seed), scorer, new WindowSound(new NoiseBank(corpora, Split.Test, recipe.Seed)), new LipRenderer(null));
        var lips = new LipRenderer(recipe.Lips);
        var devScores = new TrialScores(new AudioVisualTrials(devSet, Draws, recipe.Seed, new Strangers(devSet, recipe.Seed)), scorer, devSound, lips);
        var (dev, test) = (new SplitScores(devScores.Trials, devScores.In), new SplitScores(testScores.Trials, testScores.In));
        var report = new AudioVisualReport(dev, test);
        var mismatch = new MismatchReport(testScores, test, report);

        var (with, without) = test.Recordings;
        var text = $"Test: {with} recordings with the keyword and {without} without, of talkers that no weight and no threshold has seen, {Draws} windows and noises each.\n\n"
            + "Thresholds, one for all conditions, chosen on dev made strangers (other vocal tracts and looks, half of the lips saying something else):\n\n" + report.ThresholdsToMarkdown() + report.ToMarkdown() + mismatch.ToMarkdown();
        File.WriteAllText(Path.Combine(folder, "evaluation.md"), text);
        File.WriteAllText(Path.Combine(folder, "wws.svg"), report.WwsToSvg());
        File.WriteAllText(Path.Combine(folder, "det.svg"), report.DetToSvg("0 dB"));
        Calibrate(Path.Combine(folder, ModelManifest.FileName), new SlidingCalibration(devSet, scorer, devSound, lips));
        output.Write(text);
    }

    private static void Calibrate(string path, SlidingCalibration calibration)
    {
        var manifest = ModelManifest.Parse(File.ReadAllText(path));
        File.WriteAllText(path, (manifest with
        {
            AudioVisual = manifest.AudioVisual! with { Calibration = calibration.Measure() },
            OperatingPoint = new OperatingPoint(FalseAlarmsPerHour),
        }).ToJson());
    }
}
