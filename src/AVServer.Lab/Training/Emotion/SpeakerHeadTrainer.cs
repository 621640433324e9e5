using AVServer.Lab.Scoring.Emotion;
using AVServer.Networks.Emotion;
using static TorchSharp.torch;

namespace AVServer.Lab.Training.Emotion;

/// <summary>Fits heads behind a speech encoder, and asks them.</summary>
/// <param name="recipe">How.</param>
/// <param name="bank">Recordings, described by the encoder.</param>
/// <param name="variant">Their rendering; 0: as recorded.</param>
internal sealed class SpeakerHeadTrainer(SpeakerHeadRecipe recipe, EmotionBank bank, int variant = 0)
{
    private const int Batch = 256;
    private readonly SpeakerHistory _history = new(bank, variant);

    /// <summary>A head taught by some of the recordings.</summary>
    /// <param name="places">Which.</param>
    internal SpeakerHead Fit(IReadOnlyList<int> places)
    {
        // Made before the scope, which would take its weights with it.
        var head = new SpeakerHead(
            new SpeakerHeadConfig(bank.DescriptorDim - 1, recipe.Labels.Count, recipe.PriorSeconds, WordBound: recipe.WordBound));
        using var scope = NewDisposeScope();
        var (mean, istd) = bank.DescriptorStatistics(places);
        var people = (mean[..^1], istd[..^1]);
        var (weights, biases) = (new float[recipe.Labels.Count * head.Config.Values], new float[recipe.Labels.Count]);
        head.Set(people, weights, biases);
        var (rows, labels) = (new List<Tensor>(), new List<int>());
        foreach (var seconds in recipe.Histories)
        {
            foreach (var batch in places.Chunk(Batch)) rows.Add(head.Normalise(Values(batch), Speakers(batch, seconds)));
            labels.AddRange(places.Select(place => bank.Recordings[place].Label));
        }
        (weights, biases) = SoftmaxRegression.Fit(cat(rows, 0), labels, recipe.Labels.Count, recipe.Decay);
        head.Set(people, weights, biases);
        return head;
    }

    /// <summary>What a head says of recordings, by sound alone.</summary>
    /// <param name="head">Taught by others.</param>
    /// <param name="places">Which recordings.</param>
    /// <param name="seconds">Seconds of the speaker's speech that were heard before each.</param>
    internal IEnumerable<EmotionScore> Score(SpeakerHead head, IEnumerable<int> places, double seconds) =>
        Score(head, places.Select(place => (place, _history.Before(place, seconds, recipe.Seed))));

    /// <summary>What a head says of recordings, by sound alone.</summary>
    /// <param name="head">Taught by others.</param>
    /// <param name="asked">Which recordings, each with what is remembered of its speaker.</param>
    internal IEnumerable<EmotionScore> Score(SpeakerHead head, IEnumerable<(int Place, float[] Speaker)> asked)
    {
        foreach (var batch in asked.Chunk(Batch))
        {
            float[] logits;
            using (NewDisposeScope())
            using (no_grad())
            {
                var values = Rows(batch, row => _history.Values(row.Place));
                logits = head.forward(values, Rows(batch, row => row.Speaker)).data<float>().ToArray();
            }
            for (var i = 0; i < batch.Length; i++)
            {
                var recording = bank.Recordings[batch[i].Place];
                yield return new EmotionScore(
                    recording.Set, 0, $"{recording.Set}/{recording.Speaker}", recording.Label,
                    logits[(i * recipe.Labels.Count)..((i + 1) * recipe.Labels.Count)]);
            }
        }
    }

    private Tensor Values(int[] places) => Rows(places, _history.Values);

    private Tensor Speakers(int[] places, double seconds) => Rows(places, place => _history.Before(place, seconds, recipe.Seed));

    private static Tensor Rows<T>(T[] rows, Func<T, float[]> values) => tensor(rows.SelectMany(values).ToArray()).view(rows.Length, -1);
}
