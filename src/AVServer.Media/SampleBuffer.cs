namespace AVServer.Media;

/// <summary>Joins the blocks of one file.</summary>
internal sealed class SampleBuffer
{
    private float[] _samples = [];
    private int _count;

    /// <summary>Appends a block; a first block that begins late, by no more than can be silence, is moved to its time.</summary>
    public void Append(AudioBlock block)
    {
        int lead = _count == 0 ? (int)Math.Min(block.FirstSample, 10L * block.SampleRateHz) : 0;
        int needed = checked(_count + lead + block.Samples.Length);
        if (needed > _samples.Length) Array.Resize(ref _samples, Math.Max(needed, (int)Math.Min(Array.MaxLength, 2L * _samples.Length)));
        block.Samples.Span.CopyTo(_samples.AsSpan(_count + lead));
        _count = needed;
    }

    public float[] ToArray() => _samples.Length == _count ? _samples : _samples[.._count];
}
