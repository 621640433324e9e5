using System.Runtime.CompilerServices;
using System.Threading.Channels;
using AVServer.Contracts;
using AVServer.Server.Events;
using AVServer.Server.Observability;

namespace AVServer.Server.Storage.History;

/// <summary>
/// Readers who come back: what memory no longer holds is read from the history, where there is one, and what that doesn't hold either is
/// told.
/// </summary>
internal sealed class HistoryReplay(EventBroker broker, HistoryRecorder recorder, TimeProvider time)
{
    private const string NoAnswer = "Expected the history's database to answer, it does not; try again later, and see the server's log.";

    /// <summary>A new reader, of the history first where memory isn't enough; whoever reads disposes it.</summary>
    /// <param name="filter">What it wants.</param>
    /// <param name="isNamed">As of <see cref="EventBroker.Subscribe"/>.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    /// <exception cref="RefusedException">The filter can't be met, there are too many readers, or the history doesn't answer.</exception>
    public async Task<EventSubscription> SubscribeAsync(EventFilter filter, bool isNamed, CancellationToken cancellationToken)
    {
        using var held = filter.StreamId is null ? null : await broker.LoadAsync(filter.StreamId, cancellationToken);
        var subscription = broker.Subscribe(filter, isNamed);
        if (filter.After is not { } after || recorder.Store is not { } store) return subscription;
        if (subscription.Lost is null && after != EventCursor.Start) return subscription;
        try
        {
            // What memory let go of may be on its way.
            await recorder.FlushSoonAsync(cancellationToken);
            await PrecedeAsync(subscription, after, store, cancellationToken);
            return subscription;
        }
        catch (Exception exception)
        {
            subscription.Dispose();
            if (exception is ChannelClosedException) throw RefusedException.Stopping();
            // Nothing is told as lost that may still be there.
            if (HistoryRecorder.IsUnavailable(exception)) throw new RefusedException(FaultCodes.ServerBusy, NoAnswer);
            throw;
        }
    }

    private async Task PrecedeAsync(
        EventSubscription subscription, EventCursor after, IHistoryStore store, CancellationToken cancellationToken)
    {
        var (streamId, end) = (subscription.StreamId!, subscription.End);
        var place = await store.FindAsync(streamId, after, cancellationToken);
        var spans = place is null ? [] : await store.SpansAsync(streamId, place.Place, end, cancellationToken);
        var hole = FindHole(subscription, after, place, spans);
        if (hole is var (to, reason))
        {
            var rest = spans.Count > 0
                ? new EventCursor(spans[0].Epoch, Math.Max(0, spans[0].First - 1)) : subscription.Lost?.Cursor ?? end;
            subscription.Lose(new LostEvent(after, to, reason) { StreamId = streamId, Cursor = rest, At = time.GetUtcNow() });
        }
        else
        {
            subscription.Lose(null);
        }
        if (place is not null && spans.Count > 0) subscription.Precede(MergeAsync(subscription, place.Place, store, cancellationToken));
    }

    /// <summary>The last thing that is missing between a reader's place and what memory holds.</summary>
    private static (EventCursor To, LostReason Reason)? FindHole(
        EventSubscription subscription, EventCursor after, HistoryPlace? place, IReadOnlyList<EpochSpan> spans)
    {
        var end = subscription.End;
        (EventCursor, LostReason)? hole = null;
        // Nothing says how the reader's own epoch went on behind what it has, unless the last thing of it is that the stream closed.
        var ofOwn = spans.Count > 0 && spans[0].Epoch == after.Epoch;
        var ended = place is not null && place.Sequence == after.Sequence && place.Type == EventTypes.Closed;
        var isOwn = subscription.Epochs.Contains(after.Epoch);
        if (after != EventCursor.Start && !isOwn && !ofOwn && !ended)
            hole = (new EventCursor(spans.Count > 0 ? spans[0].Epoch : subscription.Epochs[0], 0), subscription.Lost!.Reason);
        foreach (var span in spans.Where(span => !subscription.Epochs.Contains(span.Epoch)))
            if (!span.IsWhole(span.Epoch == after.Epoch ? after.Sequence + 1 : 1) || span.LastType != EventTypes.Closed)
                hole = (new EventCursor(span.Epoch, span.Last), LostReason.Restart);
        if (isOwn && subscription.Lost is { Reason: LostReason.UnknownEpoch }) return (end, LostReason.UnknownEpoch);
        // What may have been given by a node that is no more, nothing else has.
        if (isOwn && subscription.Lost is { Reason: LostReason.Restart, To: { } doubt }) return (doubt, LostReason.Restart);
        // Of memory's own epochs: what it let go of must be in the history.
        if (subscription.Lost is not { To: { } gone } || !subscription.Epochs.Contains(gone.Epoch)) return hole;
        return IsWhole(subscription.Epochs, after, gone, spans) ? hole : (gone, LostReason.Trimmed);
    }

    private static bool IsWhole(IReadOnlyList<string> epochs, EventCursor after, EventCursor gone, IReadOnlyList<EpochSpan> spans) =>
        epochs.SkipWhile(epoch => epochs.Contains(after.Epoch) && epoch != after.Epoch)
            .TakeWhile(epoch => string.CompareOrdinal(epoch, gone.Epoch) <= 0)
            .All(epoch =>
            {
                var had = epoch == after.Epoch ? after.Sequence : 0;
                var upTo = epoch == gone.Epoch ? gone.Sequence : long.MaxValue;
                if (upTo <= had) return true;
                var span = spans.FirstOrDefault(span => span.Epoch == epoch);
                return span is not null && span.IsWhole(had + 1) && (epoch != gone.Epoch || span.Last >= upTo);
            });

    /// <summary>History and memory in one order, each event once.</summary>
    private static async IAsyncEnumerable<StreamEvent> MergeAsync(
        EventSubscription subscription, long place, IHistoryStore store, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (backlog, end, next) = (subscription.Backlog, subscription.End, 0);
        EventCursor? last = null;
        await foreach (var kept in store.ReadAllAsync(subscription.StreamId, place, cancellationToken))
        {
            var cursor = kept.Cursor!.Value;
            if (cursor.Epoch == last?.Epoch && cursor.Sequence <= last.Value.Sequence) continue;   // a batch that was written twice
            if (subscription.Epochs.Contains(cursor.Epoch))
            {
                if (!cursor.IsAtOrBefore(end)) break;
                for (; next < backlog.Count && !cursor.IsAtOrBefore(backlog[next].Cursor!.Value); next++) yield return backlog[next];
                if (next < backlog.Count && backlog[next].Cursor == cursor) next++;
            }
            last = cursor;
            if (subscription.Wants(kept.GetType())) yield return kept;
        }
        for (; next < backlog.Count; next++) yield return backlog[next];
    }
}
