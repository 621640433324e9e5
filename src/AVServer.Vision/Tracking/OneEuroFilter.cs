namespace AVServer.Vision;

/// <summary>Smooths many coordinates at once: much where they stand still, little where they move.</summary>
/// <remarks>
/// Casiez et al., "1€ Filter: a simple speed-based low-pass filter for noisy input in interactive systems", CHI 2012. The speed that opens
/// a coordinate's filter is measured in face sizes per second, so near and far faces are smoothed alike; constants are those of MediaPipe's
/// landmark smoothing.
/// </remarks>
internal sealed class OneEuroFilter(int length)
{
    private const float MinCutoffHz = 0.05f;
    private const float Beta = 80;
    private const float SpeedCutoffHz = 1;

    private readonly float[] _values = new float[length];
    private readonly float[] _speeds = new float[length];
    private bool _started;

    /// <summary>Takes new coordinates and replaces them by smoothed ones.</summary>
    /// <param name="values">As many as the filter has; replaced.</param>
    /// <param name="seconds">Time since the last call; the first call's is ignored.</param>
    /// <param name="scale">Size of the face, in the coordinates' unit; above 0.</param>
    public void Apply(Span<float> values, float seconds, float scale)
    {
        if (!_started || !(seconds > 0) || !(scale > 0))
        {
            values.CopyTo(_values);
            _speeds.AsSpan().Clear();
            _started = true;
            return;
        }
        var speedShare = Share(SpeedCutoffHz, seconds);
        for (var i = 0; i < values.Length; i++)
        {
            _speeds[i] += speedShare * (((values[i] - _values[i]) / seconds / scale) - _speeds[i]);
            _values[i] += Share(MinCutoffHz + (Beta * Math.Abs(_speeds[i])), seconds) * (values[i] - _values[i]);
            values[i] = _values[i];
        }
    }

    /// <summary>Makes the next call the first one.</summary>
    public void Reset() => _started = false;

    // Share of the new value in a first-order low-pass filter with this cut-off.
    private static float Share(float cutoffHz, float seconds)
    {
        var r = 2 * MathF.PI * cutoffHz * seconds;
        return r / (r + 1);
    }
}
