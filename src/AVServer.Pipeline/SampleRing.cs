namespace AVServer.Pipeline;

/// <summary>
/// The last few seconds of a stream's sound, addressed by absolute sample number. Before the first sample there was silence.
/// </summary>
/// <remarks>One stream's own; not for several threads. Nothing is allocated after construction.</remarks>
internal sealed class SampleRing(int capacity)
{
    private readonly float[] _samples = new float[capacity];

    /// <summary>Number of samples ever appended, hence the number of the next one.</summary>
    public long Count { get; private set; }

    /// <summary>Number of the oldest sample that can be read; below 0 while there was less than fits.</summary>
    public long Oldest => Count - capacity;

    /// <summary>Adds samples, at most the capacity at once, and forgets the oldest.</summary>
    public void Append(ReadOnlySpan<float> samples)
    {
        var at = (int)(Count % capacity);
        var head = Math.Min(samples.Length, capacity - at);
        samples[..head].CopyTo(_samples.AsSpan(at));
        samples[head..].CopyTo(_samples);
        Count += samples.Length;
    }

    /// <summary>Copies the samples from number <paramref name="first"/> on; zeros for numbers below 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Some are forgotten, or not there yet.</exception>
    public void Read(long first, Span<float> destination)
    {
        if (first + destination.Length > Count || first < Oldest)
        {
            throw new ArgumentOutOfRangeException(
                nameof(first), first, $"Expected samples between {Oldest} and {Count}, asked for {destination.Length} of them.");
        }
        var silence = (int)Math.Clamp(-first, 0, destination.Length);
        destination[..silence].Clear();
        destination = destination[silence..];
        if (destination.IsEmpty) return;
        var at = (int)((first + silence) % capacity);
        var head = Math.Min(destination.Length, capacity - at);
        _samples.AsSpan(at, head).CopyTo(destination);
        _samples.AsSpan(0, destination.Length - head).CopyTo(destination[head..]);
    }
}
