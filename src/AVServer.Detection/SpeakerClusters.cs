using System.Numerics.Tensors;

namespace AVServer.Detection;

/// <summary>
/// Tells the speakers of one stream apart as they speak (online speaker clustering): an utterance belongs to the nearest of those who spoke
/// before, or, where none is near, to somebody new. In memory only; one stream's own.
/// </summary>
/// <param name="dim">Values of a vector.</param>
public sealed class SpeakerClusters(int dim)
{
    /// <summary>Most speakers that are told apart; who comes later is taken for the nearest.</summary>
    public const int MaximumSpeakers = 4;

    /// <summary>Least cosine between an utterance and a speaker that makes it his.</summary>
    public const float LeastSimilarity = 0.3f;

    private readonly List<float[]> _sums = [];

    /// <summary>Speakers so far.</summary>
    public int Count => _sums.Count;

    /// <summary>Finds whose utterance it is.</summary>
    /// <param name="vector">What describes its speaker, of length 1; not kept.</param>
    /// <returns>Number of the speaker; <see cref="Count"/> where it is somebody new.</returns>
    /// <exception cref="ArgumentException">There are more or fewer values.</exception>
    public int Find(ReadOnlySpan<float> vector)
    {
        Require(vector);
        var (nearest, similarity) = (Count, Count < MaximumSpeakers ? LeastSimilarity : float.NegativeInfinity);
        for (var speaker = 0; speaker < Count; speaker++)
        {
            var cosine = TensorPrimitives.CosineSimilarity(vector, _sums[speaker]);
            if (cosine > similarity) (nearest, similarity) = (speaker, cosine);
        }
        return nearest;
    }

    /// <summary>Takes an utterance for a speaker's.</summary>
    /// <param name="speaker">Number of the speaker; <see cref="Count"/> for somebody new.</param>
    /// <param name="vector">What describes its speaker; not kept.</param>
    /// <param name="seconds">Its length, which is its weight.</param>
    /// <exception cref="ArgumentException">There is no such number, or a value too many or too few.</exception>
    public void Add(int speaker, ReadOnlySpan<float> vector, double seconds)
    {
        Require(vector);
        if (speaker < 0 || speaker > Count || speaker >= MaximumSpeakers)
            throw new ArgumentException(
                $"Expected a speaker from 0 to {Math.Min(Count, MaximumSpeakers - 1)}, got {speaker}.", nameof(speaker));
        if (speaker == Count) _sums.Add(new float[dim]);
        var sum = _sums[speaker];
        for (var i = 0; i < dim; i++) sum[i] += vector[i] * (float)seconds;
    }

    private void Require(ReadOnlySpan<float> vector)
    {
        if (vector.Length != dim) throw new ArgumentException($"Expected {dim} values, got {vector.Length}.", nameof(vector));
    }
}
