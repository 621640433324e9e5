namespace AVServer.Detection;

/// <summary>Moving average over the last posteriors of one keyword; fewer at the start.</summary>
/// <remarks>A pure state machine, one a stream and keyword.</remarks>
public sealed class PosteriorSmoother
{
    private readonly float[] _window;
    private int _count;
    private int _next;

    /// <param name="length">Posteriors in the average, at least 1; 1 passes everything through.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is below 1.</exception>
    public PosteriorSmoother(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        _window = new float[length];
    }

    /// <summary>Takes the next posterior and gives the average of the last ones.</summary>
    public float Next(float posterior)
    {
        _window[_next] = posterior;
        _next = (_next + 1) % _window.Length;
        _count = Math.Min(_count + 1, _window.Length);
        // Summed anew each time: a running sum would drift, and the window is a handful of values.
        var sum = 0f;
        for (var i = 0; i < _count; i++) sum += _window[i];
        return sum / _count;
    }

    /// <summary>Forgets all posteriors.</summary>
    public void Reset()
    {
        _count = 0;
        _next = 0;
    }
}
