using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Configuration;
using AVServer.Server.Events;
using AVServer.Server.Keywords;
using AVServer.Server.Observability;
using AVServer.Server.Security;
using AVServer.Server.Streams;

namespace AVServer.Server.Ingest;

/// <summary>How a sender wants its socket.</summary>
/// <param name="StreamId">The stream that it sends, not yet validated.</param>
/// <param name="Events">Whether the stream's events are sent as text on the same socket.</param>
/// <param name="Telemetry">Whether telemetry is made, and sent with <paramref name="Events"/>.</param>
/// <param name="Words">Texts of words that this stream listens for beside those of all streams.</param>
/// <param name="Quota">Counts the media that comes.</param>
internal sealed record MediaSocketRequest(string StreamId, bool Events, bool Telemetry, string[] Words, KeyLimits.ByteQuota Quota);

/// <summary>
/// One media socket from hello to close. Three things run beside each other: receiving into the stream's queue, the stream's pipeline, and,
/// if wanted, sending its events. The stream's end decides: whoever causes it, the remaining events go out first and the close frame last.
/// </summary>
internal sealed class MediaSocket(
    WebSocket socket, MediaSocketRequest request, StreamRegistry registry, EventBroker broker, QueryWords queryWords,
    FaultReports faults, ServerLimits limits, ServerMetrics metrics, TimeProvider time) : IDisposable
{
    private readonly SocketReader _reader = new(socket, limits.MaxMessageBytes);
    private readonly ArrayBufferWriter<byte> _json = new(512);

    /// <summary>Serves the socket to its end. Never throws for what the peer does.</summary>
    public async Task RunAsync()
    {
        try
        {
            StreamIds.Check(request.StreamId);
            // Not before there is a socket: a page can't read why one was refused.
            var words = await queryWords.PrepareAsync(request.Words, CancellationToken.None);
            var hello = await ReadHelloAsync();
            if (hello is null) return;
            var stream = await registry.OpenAsync(
                new StreamRequest(request.StreamId, hello, request.Telemetry) { Words = words }, "webSocket");
            await ServeAsync(stream);
        }
        catch (RefusedException refused)
        {
            await RefuseAsync(refused);
        }
        catch (Exception exception) when (Disconnection.Is(exception))
        {
            socket.Abort();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            await RefuseAsync(new RefusedException(FaultCodes.Internal, FaultId.MessageFor(faults.Report(exception))));
        }
    }

    public void Dispose() => _reader.Dispose();

    private async Task<MediaHello?> ReadHelloAsync()
    {
        // Cancelling a receive would abort the socket before the reason can be told, so the receive is only no longer waited for.
        var receiving = _reader.ReadAsync(CancellationToken.None).AsTask();
        try
        {
            var (type, body, isTooLong) = await receiving.WaitAsync(limits.HelloTimeout, time);
            if (type == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                return null;
            }
            if (type != WebSocketMessageType.Text)
                throw new RefusedException(FaultCodes.BadHello, "Expected the hello as a text message first, got a binary message.");
            if (isTooLong || body.Length > HelloReader.MaxBytes)
                throw new RefusedException(FaultCodes.BadHello, $"Expected a hello of at most {HelloReader.MaxBytes} bytes, got more.");
            return HelloReader.Parse(body.Span);
        }
        catch (TimeoutException)
        {
            await RefuseAsync(
                new RefusedException(FaultCodes.BadHello, $"Expected a hello within {limits.HelloTimeout.TotalSeconds} s, got nothing."),
                receiving);
            return null;
        }
    }

    private async Task ServeAsync(LiveStream stream)
    {
        using var subscription = request.Events ? Subscribe(stream) : null;
        var receiving = ReceiveAsync(stream);
        var sending = SendAsync(subscription);
        var outcome = await stream.Completion;
        subscription?.Complete();
        try
        {
            await sending.WaitAsync(limits.CloseTimeout, time);
            var (status, reason) = CloseReasonOf(outcome);
            if (outcome.Fault is not null && subscription is null)
                await SendJsonAsync<StreamEvent>(outcome.Fault with { StreamId = stream.Id });
            await socket.CloseOutputAsync(status, reason, CancellationToken.None).WaitAsync(limits.CloseTimeout, time);
            await receiving.WaitAsync(limits.CloseTimeout, time);
        }
        catch (Exception exception) when (exception is TimeoutException || Disconnection.Is(exception))
        {
            if (exception is TimeoutException) metrics.SocketAborted();
            socket.Abort();
        }
        await receiving;
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private EventSubscription? Subscribe(LiveStream stream)
    {
        try
        {
            // From the place before the stream's first event, so that the sender's socket carries all of them.
            return broker.Subscribe(new EventFilter(stream.Id, request.Telemetry ? [.. EventTypes.All] : null, stream.OpenedAfter));
        }
        catch (RefusedException refused)
        {
            stream.Fail(refused.Code, refused.Message);
            return null;
        }
    }

    /// <summary>Receives until the peer closes or goes away; after the stream's end it only waits for that.</summary>
    private async Task ReceiveAsync(LiveStream stream)
    {
        try
        {
            while (true)
            {
                var (type, body, isTooLong) = await _reader.ReadAsync(CancellationToken.None);
                if (type == WebSocketMessageType.Close)
                {
                    stream.End(CloseReason.Completed);
                    return;
                }
                if (stream.Completion.IsCompleted) continue;
                if (isTooLong)
                    throw new RefusedException(
                        FaultCodes.LimitExceeded,
                        $"Expected messages of at most {limits.MaxMessageBytes} bytes, got a longer one; cut the media into smaller "
                        + "chunks.");
                request.Quota.Take(body.Length);
                if (type == WebSocketMessageType.Binary)
                    await stream.AcceptAsync(ChunkHeader.Read(body.Span));
                else if (SocketText.Is(body.Span, SocketText.End))
                    stream.End(CloseReason.Completed);
                else if (SocketText.Is(body.Span, TextMessage.TypeName))
                    await stream.AcceptAsync(new MediaChunk(MediaKind.Text, TimeSpan.Zero, body.ToArray()));
                else
                    throw new RefusedException(
                        FaultCodes.BadChunk,
                        """Expected binary messages after the hello, or a text of type "text" or "end"; got other text.""");
            }
        }
        catch (RefusedException refused)
        {
            stream.Fail(refused.Code, refused.Message);
            await DiscardAsync();
        }
        catch (Exception exception) when (Disconnection.Is(exception))
        {
            stream.End(CloseReason.Disconnected);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // No stream outlives its receiver, whatever ended it.
            stream.Fail(FaultCodes.Internal, FaultId.MessageFor(faults.Report(exception)));
            await DiscardAsync();
        }
    }

    private async Task DiscardAsync()
    {
        try
        {
            while ((await _reader.ReadAsync(CancellationToken.None)).Type != WebSocketMessageType.Close) ;
        }
        catch (Exception exception) when (Disconnection.Is(exception))
        {
            // The peer left without waiting for the reason.
        }
    }

    private async Task SendAsync(EventSubscription? subscription)
    {
        await SendJsonAsync(
            new ReadyMessage(
                request.StreamId, MediaHello.CurrentProtocol, limits.MaxMessageBytes, limits.IdleTimeout, registry.Transcriber));
        if (subscription is null) return;
        await foreach (var streamEvent in subscription.ReadAllThenFaultAsync()) await SendJsonAsync(streamEvent);
    }

    private async Task RefuseAsync(RefusedException refused, Task? receiving = null)
    {
        faults.Refused(refused.Code);
        try
        {
            await SendJsonAsync<StreamEvent>(new FaultEvent(refused.Code, refused.Message) { At = time.GetUtcNow() });
            await socket.CloseOutputAsync(FaultCodeMap.ToCloseStatus(refused.Code), refused.Code, CancellationToken.None);
            receiving ??= DiscardAsync();
            await receiving.WaitAsync(limits.CloseTimeout, time);
        }
        catch (Exception exception) when (exception is TimeoutException || Disconnection.Is(exception))
        {
            if (exception is TimeoutException) metrics.SocketAborted();
            socket.Abort();
        }
        if (receiving is not null) await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task SendJsonAsync<T>(T message)
    {
        _json.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_json)) JsonSerializer.Serialize(writer, message, ContractsJson.Options);
        await socket.SendAsync(_json.WrittenMemory, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
    }

    private static (WebSocketCloseStatus Status, string Reason) CloseReasonOf(StreamOutcome outcome) => outcome.Closed.Reason switch
    {
        CloseReason.Idle => (FaultCodeMap.IdleCloseStatus, "idle"),
        CloseReason.ServerStopping => (WebSocketCloseStatus.EndpointUnavailable, FaultCodes.ServerStopping),
        CloseReason.Faulted =>
            (FaultCodeMap.ToCloseStatus(outcome.Fault?.Code ?? FaultCodes.Internal), outcome.Fault?.Code ?? FaultCodes.Internal),
        _ => (WebSocketCloseStatus.NormalClosure, "completed"),
    };
}
