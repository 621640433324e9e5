namespace AVServer.Vision;

/// <summary>Follows how much the lips move. Pure: the same openings at the same times give the same answers.</summary>
/// <remarks>
/// The level is the spread (standard deviation) of <see cref="LipShape.Opening"/> over the last <see cref="LipActivityOptions.Window"/>.
/// A still mouth, open or shut, and a photograph however held give none.
/// </remarks>
public sealed class LipActivity(LipActivityOptions options)
{
    // Room for the window at 120 pictures a second; beyond that the oldest fall out early.
    private readonly (TimeSpan Time, float Opening)[] _recent = new (TimeSpan, float)[128];
    private int _first;
    private int _count;

    /// <summary>With default options.</summary>
    public LipActivity()
        : this(new LipActivityOptions())
    {
    }

    /// <summary>Spread of the opening over the window; 0 until there are three measurements.</summary>
    public float Level { get; private set; }

    /// <summary>Whether the lips move; rises at one threshold and falls at a lower one.</summary>
    public bool IsMoving { get; private set; }

    /// <summary>Takes the next measurement.</summary>
    /// <param name="time">Media time, later than the one before; an earlier or equal one starts afresh.</param>
    /// <param name="opening">The lips' opening.</param>
    /// <returns><see cref="IsMoving"/>.</returns>
    public bool Next(TimeSpan time, float opening)
    {
        if (_count > 0 && time <= At(_count - 1).Time) Reset();
        while (_count > 0 && (_count == _recent.Length || time - At(0).Time > options.Window)) RemoveOldest();
        _recent[(_first + _count++) % _recent.Length] = (time, opening);
        Level = Spread();
        IsMoving = Level >= (IsMoving ? options.StopLevel : options.StartLevel);
        return IsMoving;
    }

    /// <summary>Forgets everything: another face, or a gap.</summary>
    public void Reset()
    {
        _first = _count = 0;
        Level = 0;
        IsMoving = false;
    }

    private (TimeSpan Time, float Opening) At(int index) => _recent[(_first + index) % _recent.Length];

    private void RemoveOldest()
    {
        _first = (_first + 1) % _recent.Length;
        _count--;
    }

    private float Spread()
    {
        if (_count < 3) return 0;
        double sum = 0, squares = 0;
        for (var i = 0; i < _count; i++)
        {
            double opening = At(i).Opening;
            sum += opening;
            squares += opening * opening;
        }
        var mean = sum / _count;
        return (float)Math.Sqrt(Math.Max(0, (squares / _count) - (mean * mean)));
    }
}
