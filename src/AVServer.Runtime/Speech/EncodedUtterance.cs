namespace AVServer.Runtime;

/// <summary>
/// Hears an utterance by a <see cref="SpeechEncoder"/>, window by window as it goes on, and keeps the mean of the vectors. One utterance's
/// own; one caller at a time.
/// </summary>
/// <remarks>
/// Windows follow each other from the utterance's first sample, so that each second is heard once. What is left at the end is heard in a
/// window that reaches back, and only its new vectors count. Windows lie where the utterance lies, not where chunks begin: any chunking
/// gives the same mean.
/// </remarks>
public sealed class EncodedUtterance
{
    private readonly SpeechEncoder _encoder;
    private readonly double[] _sum;
    private readonly float[] _window;   // holds nothing between two calls
    private long _frames;

    /// <param name="encoder">Shared.</param>
    /// <param name="windowSeconds">Length of a window.</param>
    public EncodedUtterance(SpeechEncoder encoder, double windowSeconds)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        _encoder = encoder;
        _sum = new double[encoder.Dim];
        _window = new float[(int)Math.Round(windowSeconds * SpeechEncoder.SampleRateHz)];
    }

    private EncodedUtterance(EncodedUtterance other)
    {
        (_encoder, _sum, _window, _frames, Heard) = (other._encoder, [.. other._sum], other._window, other._frames, other.Heard);
    }

    /// <summary>Reads samples of the utterance, counted from its beginning.</summary>
    /// <param name="first">Number of the first sample.</param>
    /// <param name="samples">Receives them.</param>
    public delegate void Reader(int first, Span<float> samples);

    /// <summary>Samples that were heard.</summary>
    public int Heard { get; private set; }

    /// <summary>Whether anything was heard yet.</summary>
    public bool IsEmpty => _frames == 0;

    /// <summary>Hears the windows that are whole by now.</summary>
    /// <param name="length">Samples that there are of the utterance.</param>
    /// <param name="read">Reads them.</param>
    public void Advance(int length, Reader read)
    {
        ArgumentNullException.ThrowIfNull(read);
        while (length - Heard >= _window.Length)
        {
            read(Heard, _window);
            Add(_encoder.Encode(_window), 1);
            Heard += _window.Length;
        }
    }

    /// <summary>Hears what is left; less than a tenth of a second is left out.</summary>
    /// <param name="length">Samples of the utterance, which is over.</param>
    /// <param name="read">Reads them.</param>
    public void Finish(int length, Reader read)
    {
        Advance(length, read);
        var left = length - Heard;
        if (left < SpeechEncoder.MinimumSamples) return;
        var window = _window.AsSpan(0, Math.Min(length, _window.Length));
        read(length - window.Length, window);
        Add(_encoder.Encode(window), (double)left / window.Length);
        Heard = length;
    }

    /// <summary>Hears what would be left if the utterance ended, and leaves it as it is.</summary>
    /// <param name="length">Samples that there would be of it.</param>
    /// <param name="read">Reads them.</param>
    /// <returns>The finished utterance; it and this one are for the same caller.</returns>
    public EncodedUtterance Finished(int length, Reader read)
    {
        var finished = new EncodedUtterance(this);
        finished.Finish(length, read);
        return finished;
    }

    /// <summary>Mean of the vectors so far, a new array of the encoder's values; zeros before the first.</summary>
    public float[] Mean() => Array.ConvertAll(_sum, sum => (float)(sum / Math.Max(1, _frames)));

    private void Add(float[] vectors, double share)
    {
        var dim = _encoder.Dim;
        var rows = vectors.Length / dim;
        var first = rows - Math.Clamp((int)Math.Round(rows * share), 1, rows);
        for (var row = first; row < rows; row++)
            for (var d = 0; d < dim; d++) _sum[d] += vectors[(row * dim) + d];
        _frames += rows - first;
    }
}
