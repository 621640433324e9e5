using AVServer.Lab.Scoring.Emotion;
using AVServer.Lab.Training.Emotion;
using AVServer.Signal;

namespace AVServer.Lab.Tests.Emotion;

[Trait("Category", "unit")]
public sealed class SpeakerHeadTrainerTests
{
    [Fact]
    public void Head_that_was_fitted_judges_speakers_that_did_not_teach_it()
    {
        var (labels, sets) = (MadeUpEmotion.Recipe.Labels, MadeUpEmotion.Recipe.Sets);
        var recipe = new SpeakerHeadRecipe("made-up", "0.1.0", "", "CC0-1.0", 7, labels, sets, [], 1e-3, [0, 2]);
        var bank = MadeUpEmotion.Bank(new EmotionAugmentation(Variants: 1), new Pitch());
        var trainer = new SpeakerHeadTrainer(recipe, bank);
        var places = Enumerable.Range(0, bank.Recordings.Count).ToLookup(place => bank.Recordings[place].Speaker == "s0");
        using var head = trainer.Fit([.. places[false]]);
        EmotionScore[] scores = [.. trainer.Score(head, places[true], seconds: 0)];
        Assert.Equal(1, scores.ToMatrix(recipe.Labels.Count).Ua);
    }

    /// <summary>How often a tone's sign changes, as shares of four ranges, and its length.</summary>
    private sealed class Pitch : IEmotionFrontEnd
    {
        public int Dim => 1;

        public int HopLength => 1;

        public int FrameLength => 1;

        public int DescriptorDim => 5;

        public int FrameCount(int samples) => 0;

        public void Compute(ReadOnlySpan<float> samples, Span<float> features) => features.Clear();

        public void Describe(ReadOnlySpan<float> samples, Span<float> descriptors)
        {
            var tone = samples[2_000..11_000];
            var changes = 0;
            for (var i = 1; i < tone.Length; i++) changes += tone[i - 1] < 0 != tone[i] < 0 ? 1 : 0;
            for (var i = 0; i < 4; i++) descriptors[i] = Math.Abs(MathF.Log2(changes / 340f) - i);
            descriptors[4] = samples.Length / 16_000f;
        }
    }
}
