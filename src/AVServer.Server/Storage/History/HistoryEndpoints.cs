using System.Security.Claims;
using AVServer.Contracts;
using AVServer.Server.Delivery.Mqtt;
using AVServer.Server.Delivery.Webhooks;
using AVServer.Server.Events;
using AVServer.Server.Observability;
using AVServer.Server.Security;
using AVServer.Server.Storage.Clips;
using AVServer.Server.Streams;

namespace AVServer.Server.Storage.History;

/// <summary>Asks for and deletes events of the past.</summary>
internal static class HistoryEndpoints
{
    private const int MaxLimit = 1_000;
    private const string PagesEpoch = "history";   // of the places that pages of all streams tell: numbers of the database's own
    private static readonly TimeSpan LongestDeletion = TimeSpan.FromSeconds(10);

    public static IEndpointRouteBuilder MapHistory(this IEndpointRouteBuilder routes)
    {
        routes.MapLazily(HttpMethods.Get, Routes.EventHistory, QueryAsync)
            .RequireScope(Scope.Subscribe, namesStream: true)
            .WithSummary(
                "Events that were kept, oldest first: by stream, types (comma-separated), keyword and time (from inclusive, to exclusive). "
                + "'next' of a page is 'after' of the one that follows; with a stream an event's cursor may be, too.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapLazily(HttpMethods.Delete, Routes.EventHistory, DeleteAsync)
            .RequireScope(Scope.Admin)
            .WithSummary("Deletes all events and clips that are kept of one stream: in memory, in the history, in the folder of clips, "
                + "among what webhooks have not delivered, and its state at the MQTT broker.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return routes;
    }

    private static async Task<HistoryPage> QueryAsync(
        HistoryRecorder recorder, CancellationToken cancellationToken,
        string? streamId = null, string? types = null, string? keyword = null, DateTimeOffset? from = null, DateTimeOffset? to = null,
        int limit = 100, string? after = null)
    {
        var store = Store(recorder);
        if (streamId is not null) StreamIds.Check(streamId);
        var names = EventTypes.Split(types);
        EventTypes.Check(names, EventTypes.Kept);
        if (limit is < 1 or > MaxLimit)
            throw new RefusedException(
                FaultCodes.BadRequest, $"Expected a limit of 1 to {MaxLimit}, got {limit}; ask for further pages with 'after'.");
        if (from >= to) throw new RefusedException(FaultCodes.BadRequest, "Expected 'from' before 'to', got the reverse; swap them.");
        var cursor = Cursors.Read("after", after);
        if (cursor is { } given && given.Epoch != PagesEpoch && streamId is null)
            throw new RefusedException(
                FaultCodes.BadRequest,
                "Expected a stream id beside an event's cursor as 'after', since places are a stream's own; name the stream, or give "
                + "'next' of a page.");
        return await RunAsync(async () =>
        {
            var place = await PlaceAsync(store, streamId, cursor, cancellationToken);
            // One more than asked for tells whether there is a next page.
            var query = new HistoryQuery(streamId, names, keyword, from, to, place, limit + 1);
            var found = await store.QueryAsync(query, cancellationToken);
            EventCursor? next = found.Count > limit ? new EventCursor(PagesEpoch, found[limit - 1].Place) : null;
            return new HistoryPage([.. found.Take(limit).Select(kept => kept.Event)], next);
        });
    }

    private static async Task<long?> PlaceAsync(
        IHistoryStore store, string? streamId, EventCursor? after, CancellationToken cancellationToken) => after switch
        {
            null => null,
            { } page when page.Epoch == PagesEpoch => page.Sequence,
            { } cursor => (await store.FindAsync(streamId!, cursor, cancellationToken))?.Place ?? long.MaxValue,
        };

    private static async Task<HistoryDeletion> DeleteAsync(
        string? streamId, EventBroker broker, HistoryRecorder recorder, ClipStore clips, WebhookDispatcher webhooks, MqttPublisher mqtt,
        TimeProvider time, AuditLog audit, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        StreamIds.Check(
            streamId ?? throw new RefusedException(
                FaultCodes.BadRequest, "Expected ?streamId= with the stream whose events are to be deleted, got none."));
        audit.Did(Grant.Of(user), "deleted what is kept of the stream", streamId);
        var inMemory = await broker.DeleteAsync(streamId, cancellationToken);
        mqtt.DeleteStream(streamId);
        return await RunAsync(async () =>
        {
            await webhooks.DeleteStreamAsync(streamId, cancellationToken).WaitAsync(LongestDeletion, time, cancellationToken);
            int? sounds = clips.Folder is null ? null
                : await clips.DeleteStreamAsync(streamId, cancellationToken).WaitAsync(LongestDeletion, time, cancellationToken);
            if (recorder.Store is not { } store) return new HistoryDeletion(inMemory, sounds);
            await recorder.FlushSoonAsync(cancellationToken);   // what waits to be written is the stream's too
            return new HistoryDeletion(await store.DeleteStreamAsync(streamId, cancellationToken), sounds);
        });
    }

    private static async Task<T> RunAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (HistoryRecorder.IsUnavailable(exception))
        {
            throw new RefusedException(
                FaultCodes.ServerBusy,
                "Expected the history's database and folder to answer, they do not; try again later, and see the server's log.");
        }
    }

    private static IHistoryStore Store(HistoryRecorder recorder) =>
        recorder.Store
            ?? throw new RefusedException(
                FaultCodes.NotFound,
                "Expected a server that keeps events, but this one keeps none; set History:Provider to sqlite or postgres.");
}
