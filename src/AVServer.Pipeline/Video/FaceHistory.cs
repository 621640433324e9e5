namespace AVServer.Pipeline;

/// <summary>What one face did in the last slots, addressed by slot.</summary>
/// <remarks>One stream's own. Nothing is allocated after construction.</remarks>
internal sealed class FaceHistory
{
    /// <summary>Slots that are remembered, some ten seconds.</summary>
    public const int Capacity = 256;

    private readonly Moment[] _moments = new Moment[Capacity];

    /// <summary>The latest slot that was written; -∞ before the first.</summary>
    public long Latest { get; private set; } = long.MinValue;

    /// <summary>
    /// Writes a slot, in any order within the capacity; one before it that wasn't measured then lies between those beside it.
    /// </summary>
    public void Set(long slot, in FaceMoment moment)
    {
        if (moment.IsMeasured && TryGet(slot - 1, out var held) && !held.IsMeasured && TryGet(slot - 2, out var before))
            _moments[Index(slot - 1)] = new Moment(slot - 1, true, held with { Opening = (before.Opening + moment.Opening) / 2 });
        _moments[Index(slot)] = new Moment(slot, true, moment);
        Latest = Math.Max(Latest, slot);
    }

    /// <summary>What the face did in a slot.</summary>
    /// <returns>False where it wasn't seen.</returns>
    public bool TryGet(long slot, out FaceMoment moment)
    {
        ref readonly var kept = ref _moments[Index(slot)];
        moment = kept.Value;
        return kept.IsSet && kept.Slot == slot;
    }

    /// <summary>How many of the slots from <paramref name="first"/> to before <paramref name="end"/> meet a condition.</summary>
    public int Count(long first, long end, Func<FaceMoment, bool> condition)
    {
        var count = 0;
        for (var slot = first; slot < end; slot++)
            if (TryGet(slot, out var moment) && condition(moment)) count++;
        return count;
    }

    private static int Index(long slot) => (int)(((slot % Capacity) + Capacity) % Capacity);

    private readonly record struct Moment(long Slot, bool IsSet, FaceMoment Value);
}

/// <summary>What a face did in a slot.</summary>
/// <param name="Readable">Whether nothing keeps its lips from being read.</param>
/// <param name="LipsMove">Whether they move.</param>
/// <param name="Opening">How far they are open; see <see cref="Vision.LipShape.Opening"/>.</param>
/// <param name="IsMeasured">Whether this was measured; else the moment before still stands.</param>
internal readonly record struct FaceMoment(bool Readable, bool LipsMove, float Opening, bool IsMeasured = true);
