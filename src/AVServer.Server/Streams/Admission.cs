using AVServer.Server.Configuration;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Streams;

/// <summary>
/// Whether new streams are taken, by how far the open ones lie behind: not beyond a bound, and not again before they are behind by less
/// than half of it.
/// </summary>
internal sealed class Admission(IOptions<ServerLimits> limits)
{
    // What is worked off where less comes than the machine can do: the lag falls by itself, and soon.
    private const double Spare = 0.1;

    // A machine that stands still for a moment, as a cold one does, looks as if nothing fitted: so many are kept at a time, and only what
    // lasts for two readings counts.
    private const double LeastKept = 0.4;
    private const int Readings = 2;

    // Those that were too many have to go first, and what they left has to be worked off.
    private const int Settling = 4;

    // After it was closed, the door opens for this part of the open streams at a time, for so long.
    private const double Step = 0.02;
    private static readonly TimeSpan Caution = TimeSpan.FromMinutes(2);

    private readonly TimeSpan _bound = limits.Value.MaxLag;
    private readonly Lock _gate = new();
    private TimeSpan _lag;
    private TimeSpan _slowest;
    private bool _isOpen = true;
    private int _grows;
    private TimeSpan _cautious;
    private int _places = int.MaxValue;

    /// <summary>Whether new streams are taken.</summary>
    public bool IsOpen
    {
        get { lock (_gate) return _isOpen; }
    }

    /// <summary>Takes a place for a new stream.</summary>
    /// <returns>False where there is none, or none at this moment: those whom an overload turned away come back bit by bit.</returns>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (!_isOpen || _places == 0) return false;
            if (_places != int.MaxValue) _places--;
            return true;
        }
    }

    /// <summary>How far half of the live streams lie behind, or less.</summary>
    public TimeSpan Lag
    {
        get { lock (_gate) return _lag; }
    }

    /// <summary>How far the slowest live stream lies behind.</summary>
    public TimeSpan Slowest
    {
        get { lock (_gate) return _slowest; }
    }

    /// <summary>Whether the machine keeps up with what it has taken.</summary>
    public bool KeepsUp => Lag < _bound / 5;

    /// <summary>Takes what was measured of the live streams.</summary>
    /// <param name="lags">How far each lies behind, in any order.</param>
    /// <param name="elapsed">Time since the last call.</param>
    /// <returns>
    /// How many streams are too many, as far as can be told: they bring the lag to twice the bound within a second, and did so before.
    /// </returns>
    public int Observe(IReadOnlyCollection<TimeSpan> lags, TimeSpan elapsed)
    {
        TimeSpan[] sorted = [.. lags.Order()];
        lock (_gate)
        {
            var before = _lag;
            // Of two the quicker: one that is slow for reasons of its own refuses nobody.
            _lag = sorted.Length == 0 ? TimeSpan.Zero : sorted[(sorted.Length - 1) / 2];
            _slowest = sorted.LastOrDefault();
            _isOpen = _isOpen ? _lag < _bound : _lag < _bound / 2;
            _cautious = _isOpen ? _cautious - elapsed : Caution;
            _places = _cautious > TimeSpan.Zero ? 1 + (int)(sorted.Length * Step) : int.MaxValue;
            // Seconds of lag a second of time are the part of the work that isn't done.
            var growth = (_lag - before) / elapsed;
            var isTooMuch = _lag >= _bound && growth > -Spare && _lag + (growth * TimeSpan.FromSeconds(1)) >= 2 * _bound;
            _grows = isTooMuch ? _grows + 1 : Math.Min(_grows + 1, 0);
            if (_grows < Readings) return 0;
            _grows = -Settling;
            return sorted.Length - (int)Math.Ceiling(sorted.Length * Math.Clamp((1 - growth) * (1 - Spare), LeastKept, 1));
        }
    }
}
