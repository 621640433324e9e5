using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>
/// Decides when a stream's face is worth an event: when it comes, goes, changes or moves, and never more than about four times a second.
/// </summary>
/// <remarks>Pure, one a stream; moves with the slots.</remarks>
internal sealed class FaceReporter
{
    private const int SlotsBetween = 7;

    // A face that is lost for less isn't gone, it only blinked.
    private const int SlotsUntilGone = 10;

    // Shares of the box's width: below, it trembles.
    private const float Moved = 0.08f;

    private FaceEvent? _reported;
    private long _reportedAt = long.MinValue / 2;
    private long _seenAt = long.MinValue / 2;
    private long _first = long.MinValue;

    /// <summary>Takes a slot.</summary>
    /// <param name="slot">Rises.</param>
    /// <param name="face">What there is to tell of the face; null where none is seen.</param>
    /// <returns>The event; null where nothing is worth one.</returns>
    public FaceEvent? Next(long slot, FaceEvent? face)
    {
        if (_first == long.MinValue) _first = slot;
        if (face is not null) _seenAt = slot;
        if (slot - _reportedAt < SlotsBetween) return null;
        if (face is null && (slot - _seenAt < SlotsUntilGone || slot - _first < SlotsUntilGone)) return null;
        var now = face ?? new FaceEvent(VideoGrid.TimeOf(slot), false);
        if (_reported is not null && !Differs(_reported, now)) return null;
        (_reported, _reportedAt) = (now, slot);
        return now;
    }

    private static bool Differs(FaceEvent before, FaceEvent now) =>
        before.Visible != now.Visible || before.Face != now.Face || before.Quality != now.Quality || before.LipsMove != now.LipsMove
            || before.Delay != now.Delay
        || (before.Box is { } was && now.Box is { } box
            && Math.Max(
                Math.Abs(Middle(was).X - Middle(box).X),
                Math.Max(Math.Abs(Middle(was).Y - Middle(box).Y), Math.Abs(was.Width - box.Width))) > Moved * was.Width);

    private static (float X, float Y) Middle(PictureBox box) => (box.X + (box.Width / 2), box.Y + (box.Height / 2));
}
