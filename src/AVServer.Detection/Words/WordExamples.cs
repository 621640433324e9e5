using System.Numerics.Tensors;

namespace AVServer.Detection;

/// <summary>How a word sounded in recordings of it, for telling how like them a candidate is. Immutable.</summary>
/// <remarks>
/// Query by example on phone scores, as on posteriorgrams in Hazen, Shen, White, <i>Query-by-example spoken term detection using phonetic
/// posteriorgram templates</i>, ASRU 2009; the alignment takes the place of their dynamic time warping.
/// </remarks>
public sealed class WordExamples
{
    /// <summary>Parts of equal length into which a word is cut; of each the mean of the phones' scores is kept.</summary>
    private const int Parts = 4;

    private readonly float[] _centre;
    private readonly float[][] _examples;

    /// <param name="examples">What <see cref="Describe"/> said of each recording; at least one.</param>
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
        _examples = [.. examples.Select(Centred)];
    }

    /// <summary>Numbers of a description.</summary>
    public static int LengthFor(PhoneStates states) => Parts * states.Phones.Count;

    /// <summary>Describes a stretch of sound: in each of its parts, the mean of each phone's scores.</summary>
    /// <param name="history">What was heard; the stretch's frames must still be remembered.</param>
    /// <param name="start">Its first frame.</param>
    /// <param name="end">Its last frame.</param>
    public static float[] Describe(PhoneHistory history, long start, long end)
    {
        ArgumentNullException.ThrowIfNull(history);
        var phones = history.States.Phones.Count;
        var described = new float[Parts * phones];
        var length = end + 1 - start;
        for (var part = 0; part < Parts; part++)
        {
            var first = start + (length * part / Parts);
            var count = Math.Max(1, start + (length * (part + 1) / Parts) - first);
            var mean = described.AsSpan(part * phones, phones);
            for (var frame = first; frame < first + count; frame++)
                TensorPrimitives.Add(mean, history.Phones(Math.Max(frame, history.Oldest)), mean);
            TensorPrimitives.Divide(mean, count, mean);
        }
        return described;
    }

    /// <summary>How like the examples a stretch is: the mean of the cosines to the nearest and to all of them, -1 to 1.</summary>
    /// <param name="described">See <see cref="Describe"/>.</param>
    public float Similarity(float[] described)
    {
        var centred = Centred(described);
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
    private float[] Centred(float[] described)
    {
        if (described.Length != _centre.Length)
            throw new ArgumentException($"Expected {_centre.Length} numbers, got {described.Length}.", nameof(described));
        var centred = new float[described.Length];
        TensorPrimitives.Subtract(described, _centre, centred);
        TensorPrimitives.Divide(centred, Math.Max(TensorPrimitives.Norm(centred), float.Epsilon), centred);
        return centred;
    }
}
