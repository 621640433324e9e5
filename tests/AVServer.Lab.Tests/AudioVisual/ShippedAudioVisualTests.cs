using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Lab.Features;
using AVServer.Lab.Scoring.AudioVisual;
using AVServer.Lab.Training;
using AVServer.Runtime;
using AVServer.TestKit;

namespace AVServer.Lab.Tests.AudioVisual;

/// <summary>The shipped audio-visual spotter on recordings of talkers that it was never trained on.</summary>
[Trait("Category", "slow")]
public sealed class ShippedAudioVisualTests
{
    private const string Name = "please-av";
    private static readonly string[] Talkers = ["s2", "s3", "s4", "s5"];

    [Fact]
    public void Manifest_is_sound_and_its_calibration_covers_each_way_of_looking()
    {
        var manifest = ModelStore.Open(TestPaths.Models).Get(Name).Manifest;
        Assert.Equal(ModelKind.AudioVisualSpotter, manifest.Kind);
        Assert.Equal(AudioVisualSpec.Modalities.Order(), manifest.AudioVisual!.Calibration.Keys.Order());
        Assert.Equal("CC-BY-SA-4.0", manifest.Licence);
    }

    [CorporaFact]
    public async Task Keyword_of_new_talkers_scores_above_their_other_words_heard_and_seen()
    {
        var clips = Clips().ToArray();
        Assert.Equal(16, clips.Length);
        var recordings = new Dictionary<AudioVisualClip, LipRecording>();
        using (var reader = new LipRoiExtractor(ModelStore.Open(TestPaths.Models)))
            foreach (var clip in clips)
                recordings[clip] = await reader.ReadAsync(Path.Combine(TestPaths.Corpora!, "grid", clip.Path), CancellationToken.None);
        var trials = new AudioVisualTrials(new AudioVisualSet(clips, clip => recordings[clip]), draws: 1, seed: 1);
        using var scorer = new AudioVisualScorer(Path.Combine(TestPaths.Models, Name));
        var scores = new SplitScores(trials, new TrialScores(trials, scorer, new WindowSound(MadeUp.Noise())).In);

        double Right(Func<ModalityScores, float> score, string condition) =>
            1 - scores.Curve(new ComparedSystem("", score), condition).EqualErrorRate;
        Assert.True(
            Right(score => score.Both, "clean") >= 0.8,
            $"Expected an equal error rate of at most 20 % with sound and lips, got {1 - Right(score => score.Both, "clean"):P0}.");
        Assert.True(
            Right(score => score.SoundOnly, "clean") >= 0.8,
            $"Expected an equal error rate of at most 20 % with sound, got {1 - Right(score => score.SoundOnly, "clean"):P0}.");
    }

    /// <summary>Of each talker two recordings with the keyword and two without.</summary>
    private static IEnumerable<AudioVisualClip> Clips()
    {
        var root = Path.Combine(TestPaths.Corpora!, "grid");
        foreach (var talker in CorpusManifest.Read(Path.Combine(root, "manifest.tsv"))
            .Where(row => Talkers.Contains(row.Speaker) && row.Alignment.Length > 0).GroupBy(row => row.Speaker))
        {
            var all = talker.Select(row => (Row: row, Words: GridAlignment.Parse(File.ReadAllText(Path.Combine(root, row.Alignment)))))
                .ToArray();
            foreach (var (row, words) in all.Where(item => item.Words[^1].Text == MadeUp.Keyword).Take(2)
                .Concat(all.Where(item => item.Words[^1].Text != MadeUp.Keyword).Take(2)))
            {
                AlignedWord? keyword = words[^1].Text == MadeUp.Keyword ? words[^1] : null;
                yield return new AudioVisualClip(
                    row.Path, row.Speaker, Split.Test, words, keyword,
                    new LipRow("grid", row.Path, row.Label, row.Speaker, words, 0, 0, 0, 0));
            }
        }
    }
}
