using System.Collections.Immutable;
using AVServer.Contracts;

namespace AVServer.Server.Events;

/// <summary>What a log holds, on its way between nodes.</summary>
/// <param name="End">Place of the last event.</param>
/// <param name="Past">Epochs before that of the end, oldest first.</param>
/// <param name="Gone">Of each type the place of the last event that is kept no more.</param>
/// <param name="Events">What is kept, in order.</param>
internal sealed record LogContents(
    EventCursor End, ImmutableArray<LogEpoch> Past, Dictionary<Type, EventCursor> Gone, IReadOnlyList<StreamEvent> Events)
{
    /// <summary>The last place behind another one up to which something may be missing that nobody can tell; null where none is.</summary>
    public EventCursor? DoubtAfter(EventCursor place)
    {
        for (var i = Past.Length - 1; i >= 0 && string.CompareOrdinal(Past[i].Name, place.Epoch) >= 0; i--)
            if (Past[i].IsDoubtful) return new EventCursor(i + 1 < Past.Length ? Past[i + 1].Name : End.Epoch, 0);
        return null;
    }
}
