using AVServer.Media;

namespace AVServer.Pipeline;

/// <summary>Pictures of any rate → slots of <see cref="VideoGrid"/>: the nearest picture stands in a slot, if one is near enough.</summary>
/// <remarks>One stream's own. Pictures of 10 to 60 a second fill every slot; slower ones leave holes. It holds its pictures, and releases those that no slot can have any longer.</remarks>
internal sealed class PictureGrid
{
    /// <summary>How far a picture may be from a slot that it stands in.</summary>
    public static readonly TimeSpan Reach = TimeSpan.FromMilliseconds(50);

    private readonly Queue<VideoFrame> _ahead = new();
    private VideoFrame? _behind;

    /// <summary>Media time of the newest picture; null before the first.</summary>
    public TimeSpan? Newest { get; private set; }

    /// <summary>Media time of the earliest picture that no slot has reached yet; null where there is none.</summary>
    public TimeSpan? Next => _ahead.TryPeek(out var next) ? next.Time : null;

    /// <summary>Takes a picture over; one that isn't later than the one before is left out.</summary>
    public void Add(VideoFrame picture)
    {
        if (picture.Time <= Newest)
        {
            picture.Release();
            return;
        }
        Newest = picture.Time;
        _ahead.Enqueue(picture);
    }

    /// <summary>Whether no later picture can be nearer to the slot than those that are here.</summary>
    public bool Knows(long slot) => Newest >= VideoGrid.TimeOf(slot);

    /// <summary>The picture of a slot; slots must not fall. The same picture may stand in several.</summary>
    /// <returns>Valid until the next slot is asked for, unless it is held; null where none is near enough.</returns>
    public VideoFrame? At(long slot)
    {
        var time = VideoGrid.TimeOf(slot);
        while (_ahead.TryPeek(out var next) && next.Time <= time)
        {
            _behind?.Release();
            _behind = _ahead.Dequeue();
        }
        var after = _ahead.TryPeek(out var peeked) ? peeked : null;
        var nearest = _behind is null || (after is not null && after.Time - time < time - _behind.Time) ? after : _behind;
        return nearest is not null && (nearest.Time - time).Duration() <= Reach ? nearest : null;
    }
}
