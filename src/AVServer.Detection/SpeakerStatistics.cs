namespace AVServer.Detection;

/// <summary>
/// Mean and variance of what describes a speaker's utterances, weighed by their length. In memory only; one stream's own.
/// </summary>
/// <param name="dim">Values that describe an utterance.</param>
public sealed class SpeakerStatistics(int dim)
{
    private readonly double[] _mean = new double[dim];
    private readonly double[] _squares = new double[dim];

    /// <summary>Seconds of speech so far.</summary>
    public double Seconds { get; private set; }

    /// <summary>Takes an utterance.</summary>
    /// <param name="values">What describes it; not kept.</param>
    /// <param name="seconds">Its length, which is its weight.</param>
    /// <exception cref="ArgumentException">There are more or fewer values, or the length isn't above 0.</exception>
    public void Add(ReadOnlySpan<float> values, double seconds)
    {
        if (values.Length != dim) throw new ArgumentException($"Expected {dim} values, got {values.Length}.", nameof(values));
        if (!(seconds > 0)) throw new ArgumentException($"Expected a length above 0, got {seconds} s.", nameof(seconds));
        Seconds += seconds;
        for (var i = 0; i < dim; i++)
        {
            var away = values[i] - _mean[i];
            _mean[i] += away * seconds / Seconds;
            _squares[i] += seconds * away * (values[i] - _mean[i]);
        }
    }

    /// <summary>Forgets the speaker.</summary>
    public void Reset()
    {
        Array.Clear(_mean);
        Array.Clear(_squares);
        Seconds = 0;
    }

    /// <summary>
    /// Means, variances and seconds, as an emotion model behind an encoder takes them: 2 · dim + 1 values, all 0 before the first
    /// utterance.
    /// </summary>
    public float[] ToArray()
    {
        var values = new float[(2 * dim) + 1];
        for (var i = 0; i < dim && Seconds > 0; i++) (values[i], values[dim + i]) = ((float)_mean[i], (float)(_squares[i] / Seconds));
        values[^1] = (float)Seconds;
        return values;
    }
}
