using AVServer.Detection;
using AVServer.Lab.Lips;
using AVServer.Lab.Training;
using AVServer.TestKit;
using AVServer.Vision;
using static TorchSharp.torch;

namespace AVServer.Lab.Tests.Lips;

/// <summary>Lips that learn phones, on talkers that are made up.</summary>
[Trait("Category", "unit")]
public sealed class LipTrainingTests
{
    private static readonly string[] Phones = ["P", "AA", "SIL"];
    private static readonly PhoneStates States = new(
        Phones, new HashSet<string> { "SIL" }, [[0], [2], [4]], [[1], [3], [5]], [], [3, 3, 3]);

    private static readonly LipTargets Targets = new(States, 0.7);

    private static readonly LipPhoneRecipe Recipe = new("lips", "0.0.0", "CC0-1.0", [], "", Seed: 4, Steps: 60, Batch: 6, 0.003, [])
    {
        WindowPictures = 30,
    };

    [Fact]
    public void Training_lowers_the_loss_and_reads_a_talker_who_taught_nothing()
    {
        using var folder = new TemporaryFolder();
        LipClip[] clips = [.. Enumerable.Range(0, 6).Select(Clip)];
        var trainer = new LipPhoneTrainer(Recipe, clips[..5], Targets.Labels);
        var before = trainer.Loss(0).item<float>();
        var after = new TrainingRun(Recipe.Schedule, folder.Path, _ => { }).Run(trainer.Model, trainer.Loss);
        Assert.InRange(after, 0, before * 0.6);

        var gains = new LipGains(Targets.Labels, LipPhoneReport.Priors(clips, Targets.Labels.Count));
        var readings = LipReading.Of(trainer.Model, gains, [clips[5]], before: 0);
        var scores = LipFrameScores.Of(readings, Targets.Labels, LipPhoneReport.Priors(clips, Targets.Labels.Count));
        Assert.InRange(scores.VisemeShare, 0.8, 1);
        Assert.InRange(scores.Balanced, 0.8, 1);
        Assert.InRange(scores.Bits, 0.3, 1.5);
    }

    [Fact]
    public void A_step_is_the_same_whenever_it_is_taken()
    {
        LipClip[] clips = [Clip(1), Clip(2)];
        var (one, other) = (
            new LipPhoneTrainer(Recipe, clips, Targets.Labels), new LipPhoneTrainer(Recipe, clips, Targets.Labels));
        manual_seed(1);
        using var later = one.Loss(7);
        manual_seed(1);
        using var again = other.Loss(7);
        Assert.Equal(later.item<float>(), again.item<float>());
    }

    [Fact]
    public void Views_of_a_talker_are_always_the_same_and_those_of_another_are_others()
    {
        var views = TalkingFaceCache.ViewsOf("s1", Recipe);
        Assert.Equal(views, TalkingFaceCache.ViewsOf("s1", Recipe));
        Assert.Equal(MouthView.Straight, views[0]);
        Assert.NotEqual(views[1], TalkingFaceCache.ViewsOf("s2", Recipe)[1]);
    }

    [Fact]
    public void Words_in_place_are_told_by_where_their_phones_are_shown()
    {
        var gains = new LipGains(Targets.Labels, [0.3f, 0.3f, 0.4f]);
        var clip = Clip(3);
        // Lips that show what is said, without fail.
        var logits = clip.Aligned.Select(share => (share - 0.5f) * 8).ToArray();
        var words = new Dictionary<string, int[][]> { ["pa"] = [[0, 1]], ["ap"] = [[1, 0]] };
        var trials = LipWordTrials.InPlace([new LipReading(clip, logits, gains)], words, Targets.LabelOf);
        Assert.Equal(4, trials.Said);
        Assert.Equal(0, trials.EqualErrorRate.Rate, 1e-6);
        Assert.Equal(4, LipWordTrials.Anywhere([new LipReading(clip, logits, gains)], words, Targets.LabelOf).Said * 4);
    }

    // A talker of his own size and rest who opens the mouth in AA and shuts it in P.
    private static LipClip Clip(int talker)
    {
        var random = new Random(talker);
        var said = string.Concat(Enumerable.Repeat(new string('S', 8) + new string('P', 8) + new string('A', 12), 4));
        var outputs = new float[said.Length * 6];
        var (phones, words) = (new int[said.Length], new int[said.Length]);
        for (var frame = 0; frame < said.Length; frame++)
        {
            phones[frame] = said[frame] switch { 'P' => 0, 'A' => 1, _ => 2 };
            words[frame] = said[frame] == 'S' ? -1 : frame / 28;
            outputs[(frame * 6) + (2 * phones[frame])] = outputs[(frame * 6) + (2 * phones[frame]) + 1] = 2;
        }
        var spoken = new SpokenPhones(["pa", "pa", "pa", "pa"], PhoneScores.Of(States, outputs, 6, said.Length), phones, words);
        var pictures = (int)(said.Length * 0.75);
        var raw = new float[pictures * MouthFeatures.RawValues];
        var (rest, size) = (random.NextSingle(), 0.5f + random.NextSingle());
        for (var picture = 0; picture < pictures; picture++)
        {
            var letter = said[Math.Clamp((int)((picture + 0.5) * 0.04 / 0.03), 0, said.Length - 1)];
            var open = letter switch { 'A' => 1f, 'P' => -1f, _ => 0 };
            for (var i = 0; i < MouthFeatures.RawValues; i++)
                raw[(picture * MouthFeatures.RawValues) + i] = rest + (i % 3 == 1 ? size * open : 0) + (0.05f * random.NextSingle());
        }
        var face = new TalkingFace("set", $"{talker}", $"{talker}", "pa pa pa pa", [], [.. Enumerable.Repeat(true, pictures)], [raw, raw]);
        return new LipClip(face, spoken, Targets);
    }
}
