using AVServer.Lab.Data.Emotion;
using AVServer.Lab.Training.Emotion;
using AVServer.Networks.Emotion;
using AVServer.Speech;
using static TorchSharp.torch;

namespace AVServer.Lab.Scoring.Emotion;

/// <summary>Runs networks over recordings as recorded, and over texts.</summary>
internal static class EmotionScorer
{
    private const int Batch = 32;

    /// <summary>What a network that hears says.</summary>
    internal static IEnumerable<EmotionScore> ScoreAudio(EmotionNetwork network, EmotionBank bank, IEnumerable<int> recordings, int fold) =>
        Score(recordings, EmotionConditions.Sound, fold, place => (bank.Recordings[place].Path, bank.Recordings[place].Label), places =>
        {
            var (features, frames) = EmotionBatch.Pad([.. places.Select(place => bank[place, 0])], bank.Dim);
            return network.Call(
                new Utterances(
                    features, frames, Descriptors: EmotionBatch.Descriptors([.. places.Select(place => bank.Describe(place, 0))])));
        });

    /// <summary>What a network that does both says of recordings, each beside a text or none.</summary>
    internal static IEnumerable<EmotionScore> ScoreAudioAndText(
        MscnnSpu network, EmotionBank bank, IEnumerable<(int Recording, LabelledText? Text)> pairs, WordVectors vectors, string condition,
        int fold) =>
        Score(pairs, condition, fold, pair => (bank.Recordings[pair.Recording].Path, bank.Recordings[pair.Recording].Label), batch =>
        {
            var (features, frames) = EmotionBatch.Pad([.. batch.Select(pair => bank[pair.Recording, 0])], bank.Dim);
            var (words, counts) = EmotionBatch.Pad(
                [.. batch.Select(pair => EmotionBatch.Embed(vectors, pair.Text?.Words ?? []))], vectors.Dim);
            return network.call(
                new Utterances(
                    features, frames, words, counts,
                    Descriptors: EmotionBatch.Descriptors([.. batch.Select(pair => bank.Describe(pair.Recording, 0))])));
        });

    /// <summary>What a network that reads says.</summary>
    internal static IEnumerable<EmotionScore> ScoreText(
        MscnnSpu network, IEnumerable<LabelledText> texts, WordVectors vectors, string condition, int fold) =>
        Score(texts.Select((text, i) => (Text: text, i)), condition, fold, text => ($"{text.i}", text.Text.Label), batch =>
        {
            var (words, counts) = EmotionBatch.Pad([.. batch.Select(text => EmotionBatch.Embed(vectors, text.Text.Words))], vectors.Dim);
            return network.call(new Utterances(Words: words, WordCount: counts));
        });

    /// <summary>What the baseline of reading says.</summary>
    internal static IEnumerable<EmotionScore> ScoreText(BagOfWords baseline, IEnumerable<LabelledText> texts) =>
        Score(
            texts.Select((text, i) => (Text: text, i)), EmotionConditions.BagOfWords, 0, text => ($"{text.i}", text.Text.Label),
            batch => baseline.call(baseline.Places([.. batch.Select(text => text.Text)])));

    private static IEnumerable<EmotionScore> Score<T>(
        IEnumerable<T> examples, string condition, int fold, Func<T, (string Name, int Label)> describe, Func<T[], Tensor> run)
    {
        foreach (var batch in examples.Chunk(Batch))
        {
            float[] logits;
            using (NewDisposeScope())
            using (no_grad()) logits = run(batch).data<float>().ToArray();
            var labels = logits.Length / batch.Length;
            for (var i = 0; i < batch.Length; i++)
                yield return new EmotionScore(
                    condition, fold, describe(batch[i]).Name, describe(batch[i]).Label, logits[(i * labels)..((i + 1) * labels)]);
        }
    }
}
