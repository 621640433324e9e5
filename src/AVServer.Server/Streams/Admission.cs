using AVServer.Server.Configuration;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Streams;

/// <summary>
/// How many streams the machine can hear, found out as TCP finds out what a way can carry (RFC 5681): nobody knows it beforehand, and
/// nothing but the lag tells that it is passed. Where half of the streams lie behind by the bound and don't catch up, places are left for
/// as many as were heard of late, less what works the lag off soon, and those that came last beyond that are ended. While there is little
/// lag the places become more again, slowly.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Admission(IOptions<ServerLimits> limits)
{
    // What can be heard is the mean of so many readings, four seconds; one of less than half of it is a machine that stands still for a
    // moment, which says nothing about how much it can do.
    private const int WindowReadings = 8;
    private const double StallShare = 0.5;

    // So soon a lag is to be worked off.
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(3);

    // Places that come a second, few enough to be noticed before they are too many: a part of those there are, one in five seconds at
    // least.
    private const double GrowthShare = 0.02;
    private const double MinGrowth = 0.2;

    private readonly TimeSpan _maxLag = limits.Value.MaxLag;
    private readonly Lock _gate = new();
    private readonly Queue<(TimeSpan Media, TimeSpan Elapsed)> _throughput = new();
    private double _places = double.PositiveInfinity;
    private TimeSpan _lag;
    private TimeSpan _slowest;
    private int _live;

    /// <summary>Whether new streams are taken.</summary>
    public bool IsOpen
    {
        get { lock (_gate) return _lag < _maxLag / 2 && _live < _places; }
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

    /// <summary>Takes a place for a new stream.</summary>
    /// <returns>False where there is none.</returns>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_lag >= _maxLag / 2 || _live >= _places) return false;
            _live++;
            return true;
        }
    }

    /// <summary>Takes what was measured of the live streams.</summary>
    /// <param name="streams">Each one's lag, and how much of it was heard since the last call; in any order.</param>
    /// <param name="elapsed">Time since the last call.</param>
    /// <returns>How many of them are too many.</returns>
    public int Observe(IReadOnlyCollection<StreamProgress> streams, TimeSpan elapsed)
    {
        TimeSpan[] lags = [.. streams.Select(stream => stream.Lag).Order()];
        var media = TimeSpan.FromTicks(streams.Sum(stream => stream.Heard.Ticks));
        lock (_gate)
        {
            var before = _lag;
            // Of two the quicker: one that is slow for reasons of its own refuses nobody.
            _lag = lags.Length == 0 ? TimeSpan.Zero : lags[(lags.Length - 1) / 2];
            _slowest = lags.LastOrDefault();
            _live = lags.Length;
            _throughput.Enqueue((media, elapsed));
            if (_throughput.Count > WindowReadings) _throughput.Dequeue();
            if (_lag < _maxLag / 2) _places += elapsed.TotalSeconds * Math.Max(MinGrowth, GrowthShare * _places);
            if (_lag < _maxLag || _lag < before) return 0;
            var seconds = _throughput.Sum(reading => reading.Elapsed.TotalSeconds);
            var capacity = _throughput.Sum(reading => reading.Media.TotalSeconds) / seconds;
            if (media / elapsed < StallShare * capacity) return 0;
            _places = Math.Max(1, capacity / (1 + (_lag / CatchUp)));
            return Math.Max(0, _live - (int)_places);
        }
    }
}

/// <summary>How one live stream goes.</summary>
/// <param name="Lag">How far the pipeline lies behind the media that came.</param>
/// <param name="Heard">Media that the pipeline was done with since the last reading.</param>
internal readonly record struct StreamProgress(TimeSpan Lag, TimeSpan Heard);
