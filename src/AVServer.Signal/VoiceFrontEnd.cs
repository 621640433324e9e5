using System.Buffers;

namespace AVServer.Signal;

/// <summary>
/// The rows of <see cref="MfccDeltasFrontEnd"/>, and beside them what describes the utterance's voice as a whole: pitch, level,
/// harmonicity, tilt, timbre, roughness, their spread and change, and rhythm.
/// </summary>
/// <remarks>Every definition is written again in NumPy for tests/golden/voice-descriptors.</remarks>
public sealed class VoiceFrontEnd : IEmotionFrontEnd
{
    private readonly MfccDeltasFrontEnd _rows = new();
    private readonly VoiceFrames _voice = new();

    /// <inheritdoc/>
    public int Dim => _rows.Dim;

    /// <inheritdoc/>
    public int HopLength => _rows.HopLength;

    /// <inheritdoc/>
    public int FrameLength => _rows.FrameLength;

    /// <inheritdoc/>
    public int DescriptorDim => VoiceStatistics.Dim;

    /// <inheritdoc/>
    public void Compute(ReadOnlySpan<float> samples, Span<float> features) => _rows.Compute(samples, features);

    /// <inheritdoc/>
    public void Describe(ReadOnlySpan<float> samples, Span<float> descriptors)
    {
        if (descriptors.Length != DescriptorDim)
            throw new ArgumentException($"Expected room for {DescriptorDim} values, got {descriptors.Length}.", nameof(descriptors));
        int frames = VoiceFrames.Count(samples.Length);
        if (frames == 0)
        {
            descriptors.Clear();
            return;
        }
        float[] rented = ArrayPool<float>.Shared.Rent(frames * VoiceFrames.Dim);
        bool[] flags = ArrayPool<bool>.Shared.Rent(frames);
        try
        {
            Span<float> rows = rented.AsSpan(0, frames * VoiceFrames.Dim);
            Span<bool> voiced = flags.AsSpan(0, frames);
            _voice.Describe(samples, rows, voiced);
            VoiceStatistics.Compute(rows, voiced, descriptors);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
            ArrayPool<bool>.Shared.Return(flags);
        }
    }
}
