using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using AVServer.Contracts;

namespace AVServer.Client;

/// <summary>One stream on its own WebSocket, from hello to close.</summary>
internal sealed class MediaUpload(WebSocket socket, Action<StreamEvent>? onEvent)
{
    private static readonly byte[] End = """{"type":"end"}"""u8.ToArray();

    private readonly ArrayBufferWriter<byte> _incoming = new();
    private readonly ArrayBufferWriter<byte> _outgoing = new();
    private FaultEvent? _fault;
    private ClosedEvent? _closed;

    /// <summary>Media time up to which the stream was heard; zero until it is over.</summary>
    public TimeSpan Heard => _closed?.Duration ?? TimeSpan.Zero;

    /// <summary>Sends the hello and waits for the server to take it, then sends chunks as fast as the server takes them.</summary>
    public async Task<ClosedEvent> RunAsync(MediaHello hello, ChunkSource chunks, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(
                JsonSerializer.SerializeToUtf8Bytes(hello, ContractsJson.Options), WebSocketMessageType.Text, cancellationToken);
            using (var ready = await ReceiveAsync(cancellationToken) ?? throw Refusal())
                if (TypeOf(ready) != "ready") await RefuseAsync(ready, cancellationToken);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var listening = ListenAsync(over, cancellationToken);
            await SendAllAsync(chunks, over, cancellationToken);
            await listening;
        }
        catch (WebSocketException exception)
        {
            throw _fault is null ? new ServerUnreachableException("The connection to the server broke while media was sent.", exception)
                : Refusal();
        }
        return socket.CloseStatus == WebSocketCloseStatus.NormalClosure && _closed is not null ? _closed : throw Refusal();
    }

    private async Task SendAllAsync(ChunkSource chunks, CancellationTokenSource over, CancellationToken cancellationToken)
    {
        try
        {
            while (await chunks.PeekAsync(over.Token) is { } chunk)
            {
                if (chunk.Kind == MediaKind.Text)
                {
                    await SendAsync(chunk.Payload, WebSocketMessageType.Text, cancellationToken);
                }
                else
                {
                    MediaFrame.Write(chunk, _outgoing);
                    await SendAsync(_outgoing.WrittenMemory, WebSocketMessageType.Binary, cancellationToken);
                }
                chunks.Taken();
                if (over.IsCancellationRequested) return;
            }
            await SendAsync(End, WebSocketMessageType.Text, cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && over.IsCancellationRequested)
        {
            // The server ended the stream first; what it said is reported.
        }
        catch (WebSocketException) when (over.IsCancellationRequested)
        {
            // As above, in the middle of a send.
        }
    }

    /// <summary>Reads events until the server closes, then stops the sender.</summary>
    private async Task ListenAsync(CancellationTokenSource over, CancellationToken cancellationToken)
    {
        try
        {
            while (await ReceiveAsync(cancellationToken) is { } message)
                using (message) Report(message);
        }
        finally
        {
            await over.CancelAsync();
        }
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
    }

    private void Report(JsonDocument message)
    {
        var streamEvent = message.Deserialize<StreamEvent>(ContractsJson.Options);
        if (streamEvent is null) return;
        _fault = streamEvent as FaultEvent ?? _fault;
        _closed = streamEvent as ClosedEvent ?? _closed;
        onEvent?.Invoke(streamEvent);
    }

    private async Task RefuseAsync(JsonDocument message, CancellationToken cancellationToken)
    {
        Report(message);
        while (await ReceiveAsync(cancellationToken) is { } rest) rest.Dispose();
        throw Refusal();
    }

    /// <returns>The next text message, or null when the server closes.</returns>
    private async Task<JsonDocument?> ReceiveAsync(CancellationToken cancellationToken)
    {
        _incoming.ResetWrittenCount();
        while (true)
        {
            var received = await socket.ReceiveAsync(_incoming.GetMemory(4096), cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close) return null;
            _incoming.Advance(received.Count);
            if (received.EndOfMessage) return JsonDocument.Parse(_incoming.WrittenMemory.ToArray());
        }
    }

    private ValueTask SendAsync(ReadOnlyMemory<byte> message, WebSocketMessageType type, CancellationToken cancellationToken) =>
        socket.SendAsync(message, type, endOfMessage: true, cancellationToken);

    private ServerRefusedException Refusal()
    {
        var code = _fault?.Code ?? (socket.CloseStatusDescription is { Length: > 0 } reason ? reason : FaultCodes.Internal);
        return new ServerRefusedException(code, _fault?.Message ?? $"The server closed the stream: {code}.");
    }

    private static string? TypeOf(JsonDocument message) =>
        message.RootElement.ValueKind == JsonValueKind.Object && message.RootElement.TryGetProperty("type", out var type) ? type.GetString()
            : null;
}
