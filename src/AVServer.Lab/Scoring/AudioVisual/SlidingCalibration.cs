using AVServer.Evaluation;
using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Lab.Training;
using AVServer.Runtime;

namespace AVServer.Lab.Scoring.AudioVisual;

/// <summary>Thresholds and what they give when the spotter slides along whole recordings, as the server runs it.</summary>
/// <param name="set">Recordings of talkers that the model was never trained on.</param>
/// <param name="scorer">The exported model.</param>
/// <param name="sound">Makes the sound, with noise that the model was never trained on.</param>
public sealed class SlidingCalibration(AudioVisualSet set, AudioVisualScorer scorer, WindowSound sound)
{
    private const double StepSeconds = 0.16;
    private const double RefractorySeconds = 1;
    private const int Seed = 8_123;
    private static readonly double?[] SnrDb = [null, 10, 0, -10];

    // Even in the log-odds, because posteriors crowd at both ends.
    private static readonly double[] Thresholds = [.. Enumerable.Range(0, 61).Select(i => 1 / (1 + Math.Exp(6 - (i * 0.25))))];

    /// <summary>Tables by the keys of <see cref="AudioVisualSpec.Calibration"/>.</summary>
    public IReadOnlyDictionary<string, CalibrationTable> Measure()
    {
        var keywords = AudioVisualSpec.Modalities.ToDictionary(modality => modality, _ => new List<float>());
        var filler = AudioVisualSpec.Modalities.ToDictionary(modality => modality, _ => new List<FillerStream>());
        for (var i = 0; i < set.Clips.Count; i++)
        {
            foreach (var snr in SnrDb)
            {
                var scores = Slide(set.Clips[i], i, snr);
                foreach (var (modality, along) in scores)
                {
                    if (set.Clips[i].Keyword is not { } said)
                    {
                        filler[modality].Add(new FillerStream(along, StepSeconds));
                        continue;
                    }
                    var near = along.Where(
                        (_, step) => End(step) >= said.EndSeconds && End(step) <= said.EndSeconds + WindowPlan.MaxLag).ToArray();
                    keywords[modality].Add(near.Max());
                }
            }
        }
        return AudioVisualSpec.Modalities.ToDictionary(modality => modality, modality => Table(keywords[modality], filler[modality]));
    }

    private static double End(int step) => (step + 1) * StepSeconds;

    private Dictionary<string, float[]> Slide(AudioVisualClip clip, int index, double? snrDb)
    {
        var end = clip.Words[^1].EndSeconds + WindowPlan.MaxLag;
        var windows = Enumerable.Range(0, (int)(end / StepSeconds))
            .Select(step => new AudioVisualWindow(clip, clip.Keyword is not null, End(step), 0, 0, double.PositiveInfinity)).ToArray();
        // One seed: the same noise, though from window to window it begins elsewhere.
        using var fbank = new WindowFbank(new SoundRecipe(), set, sound).At(windows, snrDb, unchecked(Seed + (index * 100)));
        var lips = Lips(clip, windows);
        var sounds = fbank.contiguous().data<float>().ToArray();
        return new Dictionary<string, float[]>
        {
            [AudioVisualSpec.Audio] = scorer.Posteriors(sounds, lips, windows.Length, 1, 0),
            [AudioVisualSpec.Visual] = scorer.Posteriors(sounds, lips, windows.Length, 0, 1),
            [AudioVisualSpec.Both] = scorer.Posteriors(sounds, lips, windows.Length, 1, 1),
        };
    }

    private float[] Lips(AudioVisualClip clip, AudioVisualWindow[] windows)
    {
        var (stretch, values) = scorer.Read(set, clip);
        var size = scorer.LipValues;
        var lips = new float[windows.Length * AudioVisualWindow.Pictures * size];
        for (var w = 0; w < windows.Length; w++)
            for (var i = 0; i < AudioVisualWindow.Pictures; i++)
                values.AsSpan(stretch.IndexOf(windows[w].Picture(i, 1, 1).Seconds) * size, size)
                    .CopyTo(lips.AsSpan(((w * AudioVisualWindow.Pictures) + i) * size));
        return lips;
    }

    private CalibrationTable Table(List<float> keywords, List<FillerStream> filler)
    {
        var curve = DetCurve.Measure(keywords, filler, Thresholds, RefractorySeconds);
        return new CalibrationTable(
            $"{string.Join(", ", set.Clips.Select(clip => clip.Talker).Distinct().Order(StringComparer.Ordinal))}: talkers that the "
            + "weights never saw, clean and at 10, 0 and −10 dB",
            Math.Round(curve.FillerHours, 3), keywords.Count,
            [.. curve.Points.Select(
                point => new CalibrationPoint(
                    Math.Round(point.Threshold, 6), Math.Round(point.FalseAlarmsPerHour, 3), Math.Round(point.Frr, 4)))]);
    }
}
