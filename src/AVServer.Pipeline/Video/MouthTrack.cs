using AVServer.Vision;

namespace AVServer.Pipeline;

/// <summary>What one face's mouth did in the last slots, against what it did on average. One stream's own; one caller at a time.</summary>
/// <remarks>
/// A slot without a picture of its own repeats the one before. Of a face that stands still every other picture's points are measured: what
/// lies between is between those beside it, as its picture says for itself.
/// </remarks>
internal sealed class MouthTrack
{
    /// <summary>Slots that are remembered, some ten seconds.</summary>
    public const int Capacity = 256;

    private readonly MouthFeatures _features = new();
    private readonly float[] _raw = new float[Capacity * MouthFeatures.RawValues];
    private readonly bool[] _measured = new bool[Capacity];
    private long _first = long.MaxValue;
    private long _latest = long.MinValue;

    /// <summary>The earliest slot that is remembered; +∞ where there is none.</summary>
    public long First => _first;

    /// <summary>The latest slot that has a mouth; -∞ where there is none.</summary>
    public long Latest => _latest;

    /// <summary>Writes a slot, and repeats those before in slots that were left out.</summary>
    /// <param name="slot">One that is later than all, or one that so far only repeated another.</param>
    /// <param name="raw">See <see cref="MouthFeatures.Measure"/>; not kept.</param>
    /// <param name="isMeasured">Whether its points are of this picture.</param>
    public void Set(long slot, ReadOnlySpan<float> raw, bool isMeasured)
    {
        if (_latest != long.MinValue && slot > _latest + Capacity) (_first, _latest) = (long.MaxValue, long.MinValue);
        if (_latest != long.MinValue)
            for (var missing = _latest + 1; missing < slot; missing++) Hold(missing);
        raw.CopyTo(RawOf(slot));
        _measured[Index(slot)] = isMeasured;
        if (isMeasured) _features.Accept(raw);
        Include(slot);
    }

    /// <summary>Repeats the last mouth in a slot.</summary>
    public void Hold(long slot)
    {
        if (_latest == long.MinValue || slot <= _latest) return;
        RawOf(_latest).CopyTo(RawOf(slot));
        _measured[Index(slot)] = _measured[Index(_latest)];
        Include(slot);
    }

    /// <summary>Writes what the network reads of the slots from <paramref name="first"/> on.</summary>
    /// <param name="first">Not before <see cref="First"/>; behind <see cref="Latest"/> the last mouth stands.</param>
    /// <param name="values">Receives [slots, <see cref="MouthFeatures.Values"/>].</param>
    public void Read(long first, Span<float> values)
    {
        Span<float> raw = stackalloc float[MouthFeatures.RawValues];
        for (var at = 0; at < values.Length; at += MouthFeatures.Values)
        {
            var slot = Math.Min(first + (at / MouthFeatures.Values), _latest);
            RawOf(slot).CopyTo(raw);
            if (!_measured[Index(slot)]) Interpolate(slot, raw[..MouthFeatures.PointValues]);
            _features.Normalise(raw, values.Slice(at, MouthFeatures.Values));
        }
    }

    private void Interpolate(long slot, Span<float> points)
    {
        var (before, after) = (slot, slot);
        while (before > _first && !_measured[Index(before)]) before--;
        while (after < _latest && !_measured[Index(after)]) after++;
        if (!_measured[Index(after)]) after = before;
        if (!_measured[Index(before)]) before = after;
        var share = before == after ? 0 : (slot - before) / (float)(after - before);
        var from = RawOf(before);
        var to = RawOf(after);
        for (var i = 0; i < points.Length; i++) points[i] = ((1 - share) * from[i]) + (share * to[i]);
    }

    private void Include(long slot)
    {
        _latest = Math.Max(_latest, slot);
        _first = Math.Max(Math.Min(_first, slot), _latest - Capacity + 1);
    }

    private Span<float> RawOf(long slot) => _raw.AsSpan(Index(slot) * MouthFeatures.RawValues, MouthFeatures.RawValues);

    private static int Index(long slot) => (int)(((slot % Capacity) + Capacity) % Capacity);
}
