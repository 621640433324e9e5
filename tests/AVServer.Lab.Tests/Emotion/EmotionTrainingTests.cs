using AVServer.Lab.Scoring.Emotion;
using AVServer.Lab.Training.Emotion;
using AVServer.Networks.Emotion;
using AVServer.Signal;
using AVServer.TestKit;
using static TorchSharp.torch;

namespace AVServer.Lab.Tests.Emotion;

[Trait("Category", "unit")]
public sealed class EmotionTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Stages_learn_what_tells_the_label_and_a_second_run_only_loads_them()
    {
        var (recipe, bank, vectors) = (MadeUpEmotion.Recipe, MadeUpEmotion.Bank(), MadeUpEmotion.Vectors());
        var train = Enumerable.Range(0, bank.Recordings.Count).Where(i => bank.Recordings[i].Fold != 0).ToArray();
        var test = Enumerable.Range(0, bank.Recordings.Count).Except(train).ToArray();
        var lines = new List<string>();
        var training = new EmotionTraining(recipe, bank, lines.Add);
        var sound = training.Sound(train, _folder.Path);
        var text = training.Text(MadeUpEmotion.Texts, vectors, _folder.Path);
        var fused = training.Fused(train, MadeUpEmotion.Texts, vectors, (MscnnSpu)sound.Module, text, _folder.Path);
        var heard = EmotionScorer.ScoreAudio(sound, bank, test, 0).ToMatrix(4).Ua;
        var read = EmotionScorer.ScoreText(text, MadeUpEmotion.Texts, vectors, EmotionConditions.Texts, 0).ToMatrix(4).Ua;
        var both = EmotionScorer.ScoreAudioAndText(
            fused, bank, test.Select(place => (place, (Data.Emotion.LabelledText?)MadeUpEmotion.Texts[bank.Recordings[place].Label])),
            vectors, EmotionConditions.MatchingWords, 0).ToList();
        Assert.True(
            heard > 0.7 && read > 0.7
                && both.ToMatrix(4).Ua > 0.7,
                $"Expected tones and words to tell the label, got UA {heard}, {read} and {both.ToMatrix(4).Ua}.");

        lines.Clear();
        var again = new EmotionTraining(recipe, bank, lines.Add).Sound(train, _folder.Path);
        Assert.Equal("sound resumed at step 40", Assert.Single(lines));
        Assert.Equal(
            EmotionScorer.ScoreAudio(sound, bank, test, 0).SelectMany(score => score.Logits),
            EmotionScorer.ScoreAudio(again, bank, test, 0).SelectMany(score => score.Logits));
    }

    [Fact]
    public void Descriptors_are_learnt_from_and_normalised_by_the_recordings_that_train()
    {
        var frontEnd = new VoiceFrontEnd();
        var bank = MadeUpEmotion.Bank(MadeUpEmotion.Recipe.AugmentationOrDefault with { Variants = 1 }, frontEnd);
        var made = MadeUpEmotion.Recipe;
        var recipe = made with
        {
            Mscnn = made.Mscnn! with
            {
                Text = false,
                Attention = false,
                Filters = 1,
                Descriptors = ((IEmotionFrontEnd)frontEnd).DescriptorDim,
                DescriptorUnits = 8,
                Centres = 20
            },
            Augmentation = made.AugmentationOrDefault with { Variants = 1, Mixup = 0.3 }
        };
        var train = Enumerable.Range(0, 32).Where(i => bank.Recordings[i].Fold != 0).ToArray();

        var sound = new EmotionTraining(recipe, bank, _ => { }).Sound(train, _folder.Path);

        var (mean, istd) = bank.DescriptorStatistics(train);
        var state = sound.Module.state_dict();
        Assert.Equal(mean, state["descriptorMean"].data<float>().ToArray());
        Assert.Equal(istd, state["descriptorIstd"].data<float>().ToArray());
        Assert.NotEqual(bank.DescriptorStatistics([0, 1]).Mean, mean);
        Assert.Contains(state["radial.weight"].data<float>().ToArray(), weight => weight != 0);
        using var other = new TemporaryFolder();
        Assert.Contains(
            "20 centres",
            Assert.Throws<ArgumentException>(
                () => new EmotionTraining(recipe with { Sound = recipe.Sound with { Steps = 1 } }, bank, _ => { })
                    .Sound([.. train.Take(19)], other.Path)).Message, StringComparison.Ordinal);
        Assert.InRange(EmotionScorer.ScoreAudio(sound, bank, [.. Enumerable.Range(0, 32).Except(train)], 0).ToMatrix(4).Ua, 0.7, 1);
    }

    [Fact]
    public void Members_are_trained_apart_and_vote()
    {
        var bank = MadeUpEmotion.Bank();
        var made = MadeUpEmotion.Recipe;
        var recipe = made with { Members = 2, Mscnn = made.Mscnn! with { Filters = 8 } };
        var (train, test) = (Enumerable.Range(8, 24).ToArray(), Enumerable.Range(0, 8).ToArray());
        var lines = new List<string>();

        var sound = new EmotionTraining(recipe, bank, lines.Add).Sound(train, _folder.Path);

        Assert.Equal(8, ((MscnnSpu)sound.Module).Config.Filters);
        var apart = Enumerable.Range(0, 2).Select(member =>
        {
            var alone = recipe with { Seed = recipe.Member(member).Seed, Members = 1, Mscnn = made.Mscnn };
            using var folder = new TemporaryFolder();
            return EmotionScorer.ScoreAudio(new EmotionTraining(alone, bank, _ => { }).Sound(train, folder.Path), bank, test, 0)
                .SelectMany(score => score.Logits).ToArray();
        }).ToArray();
        Assert.NotEqual(apart[0], apart[1]);
        Assert.All(
            EmotionScorer.ScoreAudio(sound, bank, test, 0).SelectMany(score => score.Logits)
                .Zip(apart[0].Zip(apart[1], (one, other) => (one + other) / 2)),
            pair => Assert.Equal(pair.Second, pair.First, 1e-4f));
        lines.Clear();
        new EmotionTraining(recipe, bank, lines.Add).Sound(train, _folder.Path);
        Assert.Equal(["sound resumed at step 40", "sound resumed at step 40"], lines);
    }

    [Fact]
    public void Joined_network_says_at_first_the_sum_of_its_parts()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(3);
        var config = MadeUpEmotion.Recipe.Mscnn!;
        var (sound, text) =
            (new MscnnSpu(config with { Text = false, Attention = false }), new MscnnSpu(config with { Audio = false, Attention = false }));
        foreach (var parameter in sound.parameters().Concat(text.parameters())) parameter.normal_(0, 0.3);
        var joined = FusionTrainer.Join(config, sound, text);
        foreach (var module in new[] { sound, text, joined }) module.eval();
        var input = new Utterances(randn(3, 20, 96), tensor(new[] { 20L, 11, 20 }), randn(3, 5, 4), tensor(new[] { 5L, 1, 3 }));
        var sum = sound.call(input) + text.call(input);
        Assert.InRange((joined.call(input) - sum).abs().max().item<float>(), 0, 1e-4f);
    }

    [Fact]
    public void Labels_are_drawn_as_evenly_as_asked()
    {
        int[] labels = [.. Enumerable.Repeat(0, 90), .. Enumerable.Repeat(1, 10)];
        double Rare(double balance)
        {
            var (draw, random) = (new LabelSampler(labels, Enumerable.Range(0, 100), balance), new Random(5));
            return Enumerable.Range(0, 4000).Count(_ => labels[draw.Next(random)] == 1) / 4000.0;
        }
        Assert.InRange(Rare(0), 0.07, 0.13);
        Assert.InRange(Rare(0.5), 0.21, 0.29);
        Assert.InRange(Rare(1), 0.46, 0.54);
        Assert.Throws<ArgumentException>(() => new LabelSampler(labels, [], 0));
    }

    [Fact]
    public void Renderings_are_cut_differ_and_are_the_same_each_time()
    {
        var (bank, again) = (MadeUpEmotion.Bank(), MadeUpEmotion.Bank());
        Assert.Equal(bank[3, 1], again[3, 1]);
        Assert.NotEqual(bank[3, 0], bank[3, 1]);
        // 9,000 samples of tone, 1,600 on each side where there are so many: (11,600 - 400) / 160 + 1 frames, give or take the edges' 10
        // ms.
        Assert.InRange(bank[3, 0].Length / bank.Dim, 68, 73);
        var (mean, istd) = bank.Statistics([0, 1, 2, 3], centred: 32);
        Assert.InRange(mean[..32].Max(Math.Abs), 0, 1e-3f);
        Assert.Contains(mean[32..], value => Math.Abs(value) > 1e-6);
        Assert.All(istd, value => Assert.True(float.IsFinite(value) && value > 0));
    }

    [Fact]
    public void Heard_example_is_never_empty()
    {
        var bank = MadeUpEmotion.Bank();
        var random = new Random(9);
        for (var i = 0; i < 200; i++)
        {
            var (features, _) = SoundTrainer.DrawVariant(
                bank, i % 32, MadeUpEmotion.Recipe.AugmentationOrDefault with { ShortestCrop = 0.01, TempoSpread = 0.5 }, random);
            Assert.True(features.Length > 0 && features.Length % bank.Dim == 0);
        }
    }

    [Fact]
    public void Bag_of_words_learns_which_word_tells()
    {
        var training = new EmotionTraining(
            MadeUpEmotion.Recipe, MadeUpEmotion.Bank(MadeUpEmotion.Recipe.AugmentationOrDefault with { Variants = 1 }), _ => { });
        var baseline = training.Baseline(MadeUpEmotion.Texts, MadeUpEmotion.Texts, _folder.Path);
        Assert.Equal(1, EmotionScorer.ScoreText(baseline, MadeUpEmotion.Texts).ToMatrix(4).MacroF1);
    }

    /// <summary>Vectors that tell nothing: whatever such a network knows of a text, it has from the votes.</summary>
    [Fact]
    public void Votes_of_words_read_what_the_vectors_do_not_tell()
    {
        var made = MadeUpEmotion.Recipe;
        var recipe = made with { Votes = "votes", Mscnn = made.Mscnn! with { WordVotes = true } };
        var training = new EmotionTraining(recipe, MadeUpEmotion.Bank(recipe.AugmentationOrDefault with { Variants = 1 }), _ => { });
        var blind = new Speech.WordVectors(
            System.Text.Encoding.UTF8.GetBytes(string.Join('\n', MadeUpEmotion.Words)),
            new byte[MadeUpEmotion.Words.Length * 4 * sizeof(ushort)]);
        var baseline = training.Baseline(MadeUpEmotion.Texts, MadeUpEmotion.Texts, _folder.Path);
        var (words, votes) = baseline.ToTable();
        var vectors = blind.Beside(new Speech.WordVectors(words, votes));
        Assert.Equal(8, vectors.Dim);

        var text = training.Text(MadeUpEmotion.Texts, vectors, _folder.Path);
        var before = EmotionScorer.ScoreText(text, MadeUpEmotion.Texts, vectors, EmotionConditions.Texts, 0).ToMatrix(4).MacroF1;
        training.TuneVotes(text, baseline, vectors, MadeUpEmotion.Texts);

        Assert.InRange(before, 0, 0.5);
        Assert.Equal(1, EmotionScorer.ScoreText(text, MadeUpEmotion.Texts, vectors, EmotionConditions.Texts, 0).ToMatrix(4).MacroF1);
    }
}
