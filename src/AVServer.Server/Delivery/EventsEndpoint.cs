using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Configuration;
using AVServer.Server.Events;
using AVServer.Server.Security;
using AVServer.Server.Storage.History;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Delivery;

/// <summary>Server-sent events: for everything that has HTTP and nothing else.</summary>
internal static class EventsEndpoint
{
    private static readonly byte[] KeepAlive = ": keep-alive\n\n"u8.ToArray();

    private const int ShortestRetryMs = 1_000;
    private const int LongestRetryMs = 3_000;

    public static IEndpointRouteBuilder MapEvents(this IEndpointRouteBuilder routes)
    {
        routes.MapLazily(HttpMethods.Get, Routes.Events, StreamAsync)
            .RequireScope(Scope.Subscribe, namesStream: true)
            .WithSummary("Events as they happen, as server-sent events; of one stream from the cursor 'after', or the Last-Event-ID, on.")
            .Produces<StreamEvent>(contentType: "text/event-stream")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return routes;
    }

    internal static async Task StreamAsync(
        HttpContext context, EventBroker broker, HistoryReplay replay, IOptions<ServerLimits> limits, TimeProvider time,
        string? streamId = null, string? types = null, string? after = null)
    {
        // What a browser sends when it comes back is newer than the address that it was given.
        var last = Cursors.Read("Last-Event-ID", context.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } id, ..] ? id : null);
        var place = Cursors.Read("after", after);
        var filter = new EventFilter(streamId, EventTypes.Split(types), streamId is null ? place : last ?? place);
        using var subscription = await replay.SubscribeAsync(filter, isNamed: true, context.RequestAborted);
        if (streamId is null && last is { } from) subscription.Lose(broker.LostOfAll(from));
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers["X-Accel-Buffering"] = "no";   // nginx holds back what it is sent otherwise
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await BeginAsync(response, subscription.Position ?? broker.PositionOfAll, context.RequestAborted);
            await WriteAsync(response, subscription, limits.Value.KeepAliveInterval, time, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The reader left.
        }
    }

    // Headers go out at once, and with them a place: who is cut off before the first event can come back too. Many readers of a server
    // that restarts don't do so in step.
    private static async Task BeginAsync(HttpResponse response, EventCursor position, CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync(KeepAlive, cancellationToken);
        var retry = RandomNumberGenerator.GetInt32(ShortestRetryMs, LongestRetryMs + 1);
        await response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"retry: {retry}\nid: {position}\n\n"), cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }

    private static async Task WriteAsync(
        HttpResponse response, EventSubscription subscription, TimeSpan keepAlive, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var events = subscription.ReadAllThenFaultAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            var next = events.MoveNextAsync().AsTask();
            while (!next.IsCompleted)
            {
                using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                var silence = Task.Delay(keepAlive, time, pause.Token);
                // Of a reader who left the pause is over too: going on would write to nobody until the queue notices, and with many such
                // readers it never gets the time.
                if (await Task.WhenAny(next, silence) == next || cancellationToken.IsCancellationRequested)
                {
                    await pause.CancelAsync();
                    break;
                }
                await response.Body.WriteAsync(KeepAlive, CancellationToken.None);
                await response.Body.FlushAsync(CancellationToken.None);
            }
            if (!await next) return;
            await WriteAsync(response, events.Current, withId: subscription.StreamId is not null, cancellationToken);
        }
    }

    private static async Task WriteAsync(HttpResponse response, StreamEvent streamEvent, bool withId, CancellationToken cancellationToken)
    {
        // A place says nothing without its stream, so only readers of one stream can resume.
        if (withId && streamEvent.Cursor is { } cursor) await response.WriteAsync($"id: {cursor}\n", cancellationToken);
        await response.WriteAsync("data: ", cancellationToken);
        await JsonSerializer.SerializeAsync(response.Body, streamEvent, ContractsJson.Options, cancellationToken);
        await response.WriteAsync("\n\n", cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
