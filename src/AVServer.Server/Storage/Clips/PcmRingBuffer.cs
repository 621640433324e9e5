namespace AVServer.Server.Storage.Clips;

/// <summary>The last sound of a stream, as 16-bit samples that are found again by their media time.</summary>
/// <param name="sampleRateHz">Of all samples.</param>
/// <param name="length">How much is kept.</param>
internal sealed class PcmRingBuffer(int sampleRateHz, TimeSpan length)
{
    private readonly short[] _samples = new short[(int)Math.Ceiling(length.TotalSeconds * sampleRateHz)];
    private TimeSpan _origin;
    private long _count;

    public int SampleRateHz { get; } = sampleRateHz;

    /// <summary>Media time up to which there is sound.</summary>
    public TimeSpan End => _origin + TimeSpan.FromSeconds((double)_count / SampleRateHz);

    /// <summary>Begins anew at another media time: what was before a hole is not the same sound.</summary>
    public void Restart(TimeSpan start) => (_origin, _count) = (start, 0);

    /// <summary>Appends samples in [-1, 1]; what is beyond clips.</summary>
    public void Append(ReadOnlySpan<float> samples)
    {
        foreach (var sample in samples)
            _samples[_count++ % _samples.Length] = (short)Math.Clamp(MathF.Round(sample * 32768), short.MinValue, short.MaxValue);
    }

    /// <summary>The sound between two media times, as far as it is there.</summary>
    public short[] Cut(TimeSpan from, TimeSpan to)
    {
        var first = Math.Max(IndexOf(from), Math.Max(0, _count - _samples.Length));
        var cut = new short[Math.Max(0, Math.Min(IndexOf(to), _count) - first)];
        for (var i = 0; i < cut.Length; i++) cut[i] = _samples[(first + i) % _samples.Length];
        return cut;
    }

    private long IndexOf(TimeSpan time) => Math.Max(0, (long)Math.Round((time - _origin).TotalSeconds * SampleRateHz));
}
