using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Configuration;
using AVServer.Server.Events;
using AVServer.Server.Keywords;
using AVServer.Server.Observability;
using AVServer.Server.Security;
using AVServer.Server.Streams;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Ingest;

/// <summary>Media in: a WebSocket of raw chunks or container bytes, or a body that goes on as long as the stream.</summary>
internal static class MediaEndpoints
{
    private const int ReadBytes = 32 << 10;

    public static IEndpointRouteBuilder MapMedia(this IEndpointRouteBuilder routes)
    {
        routes.MapLazily(HttpMethods.Get, Routes.Media, ServeSocketAsync).RequireScope(Scope.Publish).ExcludeFromDescription();
        routes.MapLazily(HttpMethods.Put, Routes.Media, ReceiveBodyAsync)
            .RequireScope(Scope.Publish)
            .WithSummary(
                "Streams a container (webm, matroska, mp4, ogg, wav) as a chunked body; answers when it ends. "
                + "?word=, again and again, listens for further words.")
            .WithMetadata(new DisableRequestSizeLimitAttribute())
            .Produces<ClosedEvent>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .AddOpenApiOperationTransformer(MediaBodies.DescribeContainer);
        return routes;
    }

    private static async Task ServeSocketAsync(
        HttpContext context, string streamId, StreamRegistry registry, EventBroker broker, QueryWords queryWords,
        FaultReports faults, KeyLimits keyLimits, IOptions<ServerLimits> limits, ServerMetrics metrics, TimeProvider time,
        [FromQuery(Name = QueryWords.Name)] string[] words,
        bool events = false, bool telemetry = false)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            await Problem.Of(
                StatusCodes.Status426UpgradeRequired, FaultCodes.BadRequest, "Expected a WebSocket; use PUT to send a container as a body.")
                .ExecuteAsync(context);
            return;
        }
        var grant = Grant.Of(context.User);
        using var place = keyLimits.Stream(grant);
        // Pings are the socket's own: they go on whatever the pipeline does.
        var accept = new WebSocketAcceptContext
        {
            KeepAliveInterval = limits.Value.KeepAliveInterval,
            KeepAliveTimeout = limits.Value.CloseTimeout
        };
        using var socket = await context.WebSockets.AcceptWebSocketAsync(accept);
        var request = new MediaSocketRequest(streamId, events, telemetry, words, keyLimits.Bytes(grant));
        using var media = new MediaSocket(socket, request, registry, broker, queryWords, faults, limits.Value, metrics, time);
        await media.RunAsync();
    }

    private static async Task<IResult> ReceiveBodyAsync(
        HttpContext context, string streamId, StreamRegistry registry, QueryWords queryWords, KeyLimits keyLimits,
        [FromQuery(Name = QueryWords.Name)] string[] words, string? container = null, bool telemetry = false)
    {
        var hello = new MediaHello(
            MediaHello.CurrentProtocol, Container: MediaContentTypes.ContainerOf(container, context.Request.ContentType));
        StreamIds.Check(streamId);
        var grant = Grant.Of(context.User);
        using var place = keyLimits.Stream(grant);
        var own = await queryWords.PrepareAsync(words, context.RequestAborted);
        // A stream may be quiet for longer than Kestrel allows a body to be; the stream's own idle limit holds instead.
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
        var stream = await registry.OpenAsync(new StreamRequest(streamId, hello, telemetry) { Words = own }, "put");
        var receiving = ForwardAsync(context.Request, stream, keyLimits.Bytes(grant));
        var outcome = await stream.Completion;
        context.Request.BodyReader.CancelPendingRead();   // the rest of the body is not wanted
        await receiving;
        // Senders like ffmpeg read no answer before they have sent all; a server that stops can't wait for that.
        if (outcome.Closed.Reason == CloseReason.ServerStopping) context.Abort();
        return outcome.Fault is { } fault
            ? new RefusedException(fault.Code, fault.Message).ToProblem(context.Response)
            : TypedResults.Ok(outcome.Closed);
    }

    private static async Task ForwardAsync(HttpRequest request, LiveStream stream, KeyLimits.ByteQuota quota)
    {
        var body = request.BodyReader;
        try
        {
            while (!stream.Completion.IsCompleted)
            {
                // Not until the request is aborted: it is, too, where the sender has sent all and gone, and the rest of it waits here.
                var read = await body.ReadAsync(CancellationToken.None);
                quota.Take((int)read.Buffer.Length);
                foreach (var segment in read.Buffer)
                    for (var rest = segment; rest.Length > 0; rest = rest[Math.Min(ReadBytes, rest.Length)..])
                        await stream.AcceptAsync(
                            new MediaChunk(MediaKind.Container, TimeSpan.Zero, rest[..Math.Min(ReadBytes, rest.Length)].ToArray()));
                body.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) stream.End(CloseReason.Completed);
                if (read.IsCompleted || read.IsCanceled) return;
            }
        }
        catch (RefusedException refused)
        {
            stream.Fail(refused.Code, refused.Message);
        }
        catch (Exception exception) when (Disconnection.Is(exception) || exception is InvalidOperationException)
        {
            stream.End(CloseReason.Disconnected);
        }
    }
}
