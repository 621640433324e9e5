using AVServer.Media;

namespace AVServer.Pipeline;

/// <summary>Pictures of any rate → slots of <see cref="VideoGrid"/>: the nearest picture stands in a slot, if one is near enough.</summary>
/// <remarks>
/// One stream's own. Pictures of 10 to 60 a second fill every slot; slower ones leave holes. It holds its pictures, and releases those that
/// no slot can have, so that no more than one a slot and two wait however many come.</remarks>
internal sealed class PictureGrid
{
    /// <summary>How far a picture may be from a slot that it stands in.</summary>
    public static readonly TimeSpan Reach = TimeSpan.FromMilliseconds(50);

    private readonly LinkedList<VideoFrame> _ahead = [];
    private VideoFrame? _behind;

    /// <summary>Media time of the newest picture; null before the first.</summary>
    public TimeSpan? Newest { get; private set; }

    /// <summary>Media time of the earliest picture that no slot has reached yet; null where there is none.</summary>
    public TimeSpan? Next => _ahead.First?.Value.Time;

    /// <summary>Pictures that wait.</summary>
    public int Waiting => _ahead.Count;

    /// <summary>Takes a picture over; one that isn't later than the one before is left out.</summary>
    public void Add(VideoFrame picture)
    {
        if (picture.Time <= Newest)
        {
            picture.Release();
            return;
        }
        Newest = picture.Time;
        if (_ahead.Last is { } last
            && (last.Previous?.Value ?? _behind) is { } before
            && !IsNearest(before.Time, last.Value.Time, picture.Time))
        {
            last.Value.Release();
            _ahead.RemoveLast();
        }
        _ahead.AddLast(picture);
    }

    /// <summary>Whether no later picture can be nearer to the slot than those that are here.</summary>
    public bool Knows(long slot) => Newest >= VideoGrid.TimeOf(slot);

    /// <summary>The picture of a slot; slots must not fall. The same picture may stand in several.</summary>
    /// <returns>Valid until the next slot is asked for, unless it is held; null where none is near enough.</returns>
    public VideoFrame? At(long slot)
    {
        var time = VideoGrid.TimeOf(slot);
        while (_ahead.First is { } next && next.Value.Time <= time)
        {
            _behind?.Release();
            _behind = next.Value;
            _ahead.RemoveFirst();
        }
        var after = _ahead.First?.Value;
        var nearest = _behind is null || (after is not null && after.Time - time < time - _behind.Time) ? after : _behind;
        return nearest is not null && (nearest.Time - time).Duration() <= Reach ? nearest : null;
    }

    // Whether a slot lies beyond the middle to the one before and not beyond the middle to the one after.
    private static bool IsNearest(TimeSpan before, TimeSpan time, TimeSpan after)
    {
        var twice = 2 * VideoGrid.Slot.Ticks;
        var last = Math.DivRem((time + after).Ticks, twice).Quotient * twice;
        return last > (before + time).Ticks;
    }
}
