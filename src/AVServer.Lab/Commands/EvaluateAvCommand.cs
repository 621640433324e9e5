using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Lab.Scoring.AudioVisual;
using AVServer.Lab.Training;
using AVServer.Runtime;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab evaluate-av</c>: scores an exported audio-visual spotter on talkers that were never trained on; each of them at the thresholds that suit the others.</summary>
public static class EvaluateAvCommand
{
    private const int Draws = 5;
    private const double FalseAlarmsPerHour = 60;

    // As the server does while a face stands still and its lips move.
    private const int MeasuredStride = 2;
    private static readonly int[] OtherStrides = [1, 4];

    public static void Run(LabFolders folders, string recipePath, TextWriter output)
    {
        var recipe = AudioVisualRecipe.Load(recipePath);
        TorchSharp.torch.set_num_threads(recipe.Threads);
        var corpora = new Corpora(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(recipePath))!, recipe.Data), folders.Cache);
        var corpus = new AudioVisualCorpus(corpora.Recipe, new LipCache(folders.Lips));
        var folder = Path.Combine(folders.Models, recipe.Name);
        using var scorer = new AudioVisualScorer(folder, AudioVisualCheckpoints.Audio(folders, recipe), AudioVisualCheckpoints.Visual(folders, recipe));

        var (clips, sound) = (corpus.Of(Split.Test), new WindowSound(new NoiseBank(corpora, Split.Test, recipe.Seed)));
        AudioVisualSet Measured(int stride) => new(clips, clip => corpus.Read(clip).Decimate(stride));
        TrialScores ScoresOf(AudioVisualSet recordings) => new(new AudioVisualTrials(recordings, Draws, recipe.Seed), scorer, sound);
        var set = Measured(MeasuredStride);
        var scores = ScoresOf(set);
        var test = new SplitScores(scores.Trials, scores.In);
        var (report, mismatch) = (new AudioVisualReport(test), new MismatchReport(scores, test, [.. OtherStrides.Select(stride => (stride, ScoresOf(Measured(stride))))]));

        var (with, without) = test.Recordings;
        var text = $"Test: {with} recordings with the keyword and {without} without, of talkers that no weight has seen, {Draws} windows and noises each; the mouth is measured in one picture of {MeasuredStride}.\n\n"
            + "Each talker is judged at the thresholds that have the lowest WWS score, all conditions together, of the other talkers:\n\n" + report.ThresholdsToMarkdown() + report.ToMarkdown() + mismatch.ToMarkdown();
        File.WriteAllText(Path.Combine(folder, "evaluation.md"), text);
        File.WriteAllText(Path.Combine(folder, "wws.svg"), report.WwsToSvg());
        File.WriteAllText(Path.Combine(folder, "det.svg"), report.DetToSvg("0 dB"));
        Calibrate(Path.Combine(folder, ModelManifest.FileName), new SlidingCalibration(set, scorer, sound));
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
