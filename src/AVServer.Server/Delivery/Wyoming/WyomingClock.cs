namespace AVServer.Server.Delivery.Wyoming;

/// <summary>The peer's clock along the samples of a session: each chunk may say when it was heard. Thread-safe.</summary>
/// <param name="start">The peer's time of the first sample in milliseconds, where no chunk says otherwise.</param>
/// <param name="sampleRate">Samples per second and channel.</param>
internal sealed class WyomingClock(long start, long sampleRate)
{
    // Words are told soon after they were said: older places are of no use.
    private const int MaxPlaces = 1_024;

    private readonly Lock _gate = new();
    private readonly LinkedList<(long Frame, long Time)> _places = new([(0, start)]);

    /// <summary>Takes a chunk's time.</summary>
    /// <param name="frame">Its first sample.</param>
    /// <param name="time">The peer's time of that in milliseconds.</param>
    public void Set(long frame, long time)
    {
        lock (_gate)
        {
            var last = _places.Last!.Value;
            if (Math.Abs(At(last, frame) - time) <= 1) return;   // as the samples say
            if (last.Frame == frame) _places.RemoveLast();
            _places.AddLast((frame, time));
            if (_places.Count > MaxPlaces) _places.RemoveFirst();
        }
    }

    /// <summary>The peer's time at a moment of the session.</summary>
    public long At(TimeSpan heard)
    {
        var frame = (long)Math.Round(heard.TotalSeconds * sampleRate);
        lock (_gate)
        {
            // The last sample that had been heard lies before the moment.
            var place = _places.Last!;
            while (place.Previous is { } before && place.Value.Frame >= frame) place = before;
            return At(place.Value, frame);
        }
    }

    private long At((long Frame, long Time) place, long frame) =>
        place.Time + (long)Math.Round((frame - place.Frame) * 1_000.0 / sampleRate);
}
