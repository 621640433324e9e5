using AVServer.Lab.Data.Emotion;
using AVServer.Lab.Training.Emotion;
using AVServer.Networks.Emotion;
using AVServer.Signal;
using AVServer.Speech;

namespace AVServer.Lab.Tests.Emotion;

/// <summary>Voices whose pitch, and texts whose words, tell the label.</summary>
internal static class MadeUpEmotion
{
    private const int Speakers = 4;

    internal static readonly string[] Words = ["furious", "joyful", "gloomy", "table", "the", "and"];

    internal static readonly EmotionRecipe Recipe = new(
        "made-up", "0.1.0", "Nothing real.", "CC0-1.0", 7, ["angry", "happy", "sad", "neutral"],
        [new EmotionSet("tones", Folds: EmotionFolds.Speakers)], Speakers,
        new EmotionStage(Steps: 40, Batch: 8, LearningRate: 5e-3),
        new EmotionStage(Steps: 40, Batch: 8, LearningRate: 5e-3),
        new EmotionStage(Steps: 10, Batch: 8, LearningRate: 1e-3),
        new Dictionary<string, string> { ["anger"] = "angry", ["joy"] = "happy", ["sadness"] = "sad", ["neutral"] = "neutral" },
        new MscnnConfig(Filters: 4, Hop: 4, WordDim: 4),
        Augmentation: new EmotionAugmentation(Variants: 2, SpeedSpread: 0.05, NoiseShare: 0, Mixup: 0));

    internal static readonly LabelledText[] Texts =
        [.. Enumerable.Range(0, 40).Select(i => new LabelledText(["the", Words[i % 4], i % 8 < 4 ? "and" : "the"], i % 4))];

    /// <summary>A direction for each of the four telling words.</summary>
    internal static WordVectors Vectors()
    {
        var values = new Half[Words.Length * 4];
        for (var i = 0; i < 4; i++) values[(i * 4) + i] = (Half)1;
        return new WordVectors(
            System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Words)),
            System.Runtime.InteropServices.MemoryMarshal.AsBytes<Half>(values));
    }

    internal static EmotionBank Bank(EmotionAugmentation? changes = null, IEmotionFrontEnd? frontEnd = null)
    {
        Recording[] recordings =
            [.. Enumerable.Range(0, 32).Select(
                i => new Recording("tones", $"{i}.wav", $"s{i / 4 % Speakers}", i % 4, i / 4 % Speakers, i..i))];
        return new EmotionBank(recordings, Tone, [], frontEnd ?? new MfccDeltasFrontEnd(), changes ?? Recipe.AugmentationOrDefault, Recipe.Seed);
    }

    private static float[] Tone(Recording recording)
    {
        var random = new Random(recording.Samples.Start.Value);
        var samples = new float[12_000];
        for (var i = 2_000; i < 11_000; i++)
            samples[i] =
                (float)((0.3 * Math.Sin(2 * Math.PI * (300 << recording.Label) * i / 16_000)) + (0.02 * (random.NextDouble() - 0.5)));
        return samples;
    }
}
