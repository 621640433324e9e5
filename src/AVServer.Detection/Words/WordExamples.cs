using System.Numerics.Tensors;

namespace AVServer.Detection;

/// <summary>How a word sounded in recordings of it, as acoustic word embeddings that a candidate is compared with. Immutable.</summary>
/// <remarks>
/// Query by example on phone scores, as on posteriorgrams in Hazen, Shen, White, <i>Query-by-example spoken term detection using phonetic
/// posteriorgram templates</i>, ASRU 2009; the alignment takes the place of their dynamic time warping.
/// </remarks>
public sealed class WordExamples
{
    /// <summary>Segments of equal length into which a word is cut; of each the mean of the phones' scores is kept.</summary>
    private const int Segments = 4;

    private readonly float[] _centre;
    private readonly float[][] _examples;

    /// <param name="examples">What <see cref="Embed"/> said of each recording; at least one.</param>
    /// <param name="others">The same of stretches of other speech that were taken for the word; at least one.</param>
    public WordExamples(IReadOnlyList<float[]> examples, IReadOnlyList<float[]> others)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(others);
        if (examples.Count == 0) throw new ArgumentException("Expected an example, got none.", nameof(examples));
        if (others.Count == 0) throw new ArgumentException("Expected other speech, got none.", nameof(others));
        _centre = new float[examples[0].Length];
        foreach (var other in others) TensorPrimitives.Add(_centre, other, _centre);
        TensorPrimitives.Divide(_centre, others.Count, _centre);
        _examples = [.. examples.Select(Centre)];
    }

    /// <summary>Mean of the other speech: all that is needed of it to compare with the recordings.</summary>
    public ReadOnlySpan<float> OtherSpeech => _centre;

    /// <summary>Length of an embedding.</summary>
    public static int EmbeddingDim(PhoneStates states) => Segments * states.Phones.Count;

    /// <summary>Embeds a stretch of sound: for each of its segments, the mean of each phone's scores.</summary>
    /// <param name="history">Scores of the phones; the stretch's frames must still be remembered.</param>
    /// <param name="start">Its first frame.</param>
    /// <param name="end">Its last frame.</param>
    public static float[] Embed(PhoneScoreHistory history, long start, long end)
    {
        ArgumentNullException.ThrowIfNull(history);
        var phones = history.States.Phones.Count;
        var embedding = new float[Segments * phones];
        var length = end + 1 - start;
        for (var segment = 0; segment < Segments; segment++)
        {
            var first = start + (length * segment / Segments);
            var count = Math.Max(1, start + (length * (segment + 1) / Segments) - first);
            var mean = embedding.AsSpan(segment * phones, phones);
            for (var frame = first; frame < first + count; frame++)
                TensorPrimitives.Add(mean, history.Scores(Math.Max(frame, history.Oldest)), mean);
            TensorPrimitives.Divide(mean, count, mean);
        }
        return embedding;
    }

    /// <summary>How like the examples a stretch is: the mean of the cosines to the nearest and to all of them, -1 to 1.</summary>
    /// <param name="embedding">See <see cref="Embed"/>.</param>
    public float Similarity(float[] embedding)
    {
        var centred = Centre(embedding);
        var (best, sum) = (-1f, 0f);
        foreach (var example in _examples)
        {
            var cosine = TensorPrimitives.Dot(example, centred);
            best = Math.Max(best, cosine);
            sum += cosine;
        }
        return (best + (sum / _examples.Length)) / 2;
    }

    // Seen from the middle of what is taken for the word, at length one.
    private float[] Centre(float[] embedding)
    {
        if (embedding.Length != _centre.Length)
            throw new ArgumentException($"Expected {_centre.Length} numbers, got {embedding.Length}.", nameof(embedding));
        var centred = new float[embedding.Length];
        TensorPrimitives.Subtract(embedding, _centre, centred);
        TensorPrimitives.Divide(centred, Math.Max(TensorPrimitives.Norm(centred), float.Epsilon), centred);
        return centred;
    }
}
