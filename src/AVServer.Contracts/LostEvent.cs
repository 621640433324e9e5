namespace AVServer.Contracts;

/// <summary>
/// Told to one reader, before all else that he gets: events between what he had and what he will get are gone. It is kept nowhere and has
/// no number of its own; its <see cref="StreamEvent.Cursor"/> is the place from which the rest goes on.
/// </summary>
/// <param name="From">The place that the reader named; absent where he had none.</param>
/// <param name="To">The last place up to which something is gone; what is still there before it comes all the same. Absent where it isn't
/// known.</param>
/// <param name="Reason">Why.</param>
public sealed record LostEvent(EventCursor? From, EventCursor? To, LostReason Reason) : StreamEvent;

/// <summary>Why events are gone.</summary>
public enum LostReason
{
    /// <summary>The server began anew, and its history, where it has one, doesn't hold all that came before.</summary>
    Restart,

    /// <summary>More came since than is kept, it was too long ago, or somebody deleted the stream's events.</summary>
    Trimmed,

    /// <summary>The place is of no log that this server has had.</summary>
    UnknownEpoch,

    /// <summary>What happens on all streams together is kept for nobody: a reader of one stream can go on where he was.</summary>
    AllStreams,
}
