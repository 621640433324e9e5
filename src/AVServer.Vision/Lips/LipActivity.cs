namespace AVServer.Vision;

/// <summary>Follows how much the lips move. Pure: the same openings at the same times give the same answers.</summary>
/// <remarks>
/// The level is the spread of <see cref="LipShape.Opening"/> over the last <see cref="LipActivityOptions.Window"/>, relative to how far the
/// lips are open.
/// Landmarks tremble from picture to picture, more so where the lips are open; lips move slower than that. So the variance that
/// neighbouring pictures differ by is taken off, and a still mouth, open or shut, and a photograph however held give next to nothing.
/// </remarks>
public sealed class LipActivity(LipActivityOptions options)
{
    // The second difference of white noise has six times its variance (1 + 4 + 1); half as much again is taken off for safety.
    private const double NoiseShare = 1.5 / 6;

    // Keeps the level of a shut mouth finite: the gap that the mesh gives to lips that touch.
    private const double OpeningFloor = 0.05;

    // Below this rate lips move a good part of their way between two pictures, and the difference no longer tells tremble from movement.
    private static readonly TimeSpan LongestStepForNoise = TimeSpan.FromMilliseconds(60);

    // Room for the window at 120 pictures a second; beyond that the oldest fall out early.
    private readonly (TimeSpan Time, float Opening)[] _recent = new (TimeSpan, float)[128];
    private int _first;
    private int _count;

    /// <summary>With default options.</summary>
    public LipActivity()
        : this(new LipActivityOptions())
    {
    }

    /// <summary>Spread of the opening ÷ its mean, over the window; 0 until half of the window has been seen.</summary>
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
        var seen = time - At(0).Time;
        Level = _count < 3 || seen < options.Window / 2 ? 0 : RelativeSpread(seen / (_count - 1));
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

    private float RelativeSpread(TimeSpan step)
    {
        double sum = 0, squares = 0, differences = 0;
        for (var i = 0; i < _count; i++)
        {
            double opening = At(i).Opening;
            sum += opening;
            squares += opening * opening;
            if (i < 2) continue;
            var difference = opening - (2.0 * At(i - 1).Opening) + At(i - 2).Opening;
            differences += difference * difference;
        }
        var mean = sum / _count;
        var noise = step <= LongestStepForNoise ? NoiseShare * differences / (_count - 2) : 0;
        return (float)(Math.Sqrt(Math.Max(0, (squares / _count) - (mean * mean) - noise)) / (OpeningFloor + mean));
    }
}
