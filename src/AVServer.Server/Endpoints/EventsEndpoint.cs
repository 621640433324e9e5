using System.Globalization;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Configuration;
using AVServer.Server.Events;
using AVServer.Server.Problems;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Endpoints;

/// <summary>Server-sent events: for everything that has HTTP and nothing else.</summary>
internal static class EventsEndpoint
{
    private static readonly byte[] KeepAlive = ": keep-alive\n\n"u8.ToArray();

    public static IEndpointRouteBuilder MapEvents(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Events, StreamAsync)
            .WithSummary("Events as they happen, as server-sent events; of one stream from 'after' or Last-Event-ID on.")
            .Produces<StreamEvent>(contentType: "text/event-stream");
        return routes;
    }

    internal static async Task StreamAsync(
        HttpContext context, EventBroker broker, IOptions<ServerLimits> limits, TimeProvider time,
        string? streamId = null, string? types = null, long? after = null)
    {
        var filter = new EventFilter(streamId, types?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), after ?? LastEventId(context, streamId));
        using var subscription = broker.Subscribe(filter);
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache,no-store";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await WriteAsync(response, subscription, limits.Value.KeepAliveInterval, time, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The reader left.
        }
    }

    private static long? LastEventId(HttpContext context, string? streamId)
    {
        if (streamId is null || context.Request.Headers["Last-Event-ID"] is not { Count: > 0 } id) return null;
        return long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            ? last
            : throw new RefusedException(FaultCodes.BadRequest, "Expected a Last-Event-ID that is an event's sequence number, got something else.");
    }

    private static async Task WriteAsync(
        HttpResponse response, EventSubscription subscription, TimeSpan keepAlive, TimeProvider time, CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync(KeepAlive, cancellationToken);   // the headers go out at once
        await response.Body.FlushAsync(cancellationToken);
        await using var events = subscription.ReadAllThenFaultAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            var next = events.MoveNextAsync().AsTask();
            while (!next.IsCompleted)
            {
                using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                var silence = Task.Delay(keepAlive, time, pause.Token);
                // Of a reader who left the pause is over too: going on would write to nobody until the queue notices, and with many such readers it never gets the time.
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
        // A number says nothing without its stream, so only readers of one stream can resume.
        if (withId && streamEvent.Sequence > 0) await response.WriteAsync($"id: {streamEvent.Sequence}\n", cancellationToken);
        await response.WriteAsync("data: ", cancellationToken);
        await JsonSerializer.SerializeAsync(response.Body, streamEvent, ContractsJson.Options, cancellationToken);
        await response.WriteAsync("\n\n", cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
