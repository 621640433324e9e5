using AVServer.Contracts;

namespace AVServer.Server.Events;

/// <summary>The order of one stream's events: its logs follow one another, and so do their epochs' names.</summary>
internal static class CursorOrder
{
    /// <summary>Orders places of one stream.</summary>
    public static IComparer<EventCursor> Comparer { get; } = Comparer<EventCursor>.Create(Compare);

    /// <summary>Whether a place is another one or lies before it.</summary>
    public static bool IsAtOrBefore(this EventCursor place, EventCursor other) => Compare(place, other) <= 0;

    private static int Compare(EventCursor a, EventCursor b) =>
        a.Epoch == b.Epoch ? a.Sequence.CompareTo(b.Sequence) : string.CompareOrdinal(a.Epoch, b.Epoch);
}
