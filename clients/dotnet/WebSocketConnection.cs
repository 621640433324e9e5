using System.IO.Pipelines;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace AVServer.Client;

/// <summary>A WebSocket as the pair of pipes that a hub connection talks through.</summary>
internal sealed class WebSocketConnection : ConnectionContext
{
    private const int ReceiveBytes = 8 << 10;

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly WebSocket _socket;
    private readonly Pipe _received = new();
    private readonly Pipe _toSend = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _pumps;

    public WebSocketConnection(WebSocket socket)
    {
        _socket = socket;
        Transport = new Duplex(_received.Reader, _toSend.Writer);
        ConnectionClosed = _closed.Token;
        _pumps = Task.WhenAll(ReceiveAsync(), SendAsync());
    }

    public override string ConnectionId { get; set; } = Guid.NewGuid().ToString("n");

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    public override void Abort(ConnectionAbortedException abortReason) => _socket.Abort();

    public override async ValueTask DisposeAsync()
    {
        await Transport.Output.CompleteAsync();   // the sending pump says goodbye
        await Transport.Input.CompleteAsync();
        try
        {
            await _pumps.WaitAsync(CloseTimeout);
        }
        catch (TimeoutException)
        {
            _socket.Abort();
            await _pumps;
        }
        _socket.Dispose();
        _closed.Dispose();
        await base.DisposeAsync();
    }

    private async Task ReceiveAsync()
    {
        Exception? failure = null;
        try
        {
            while (true)
            {
                var result = await _socket.ReceiveAsync(_received.Writer.GetMemory(ReceiveBytes), CancellationToken.None);
                if (result.MessageType == WebSocketMessageType.Close) break;
                _received.Writer.Advance(result.Count);
                if ((await _received.Writer.FlushAsync()).IsCompleted) break;   // nobody reads any more
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            failure = new IOException("The connection to the server broke.", exception);
        }
        await _received.Writer.CompleteAsync(failure);
        await _closed.CancelAsync();
    }

    private async Task SendAsync()
    {
        var reader = _toSend.Reader;
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync();
                foreach (var segment in result.Buffer)
                    await _socket.SendAsync(segment, WebSocketMessageType.Text, endOfMessage: false, CancellationToken.None);
                if (!result.Buffer.IsEmpty)
                    await _socket.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted) break;
            }
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            _socket.Abort();   // the receiving pump reports it
        }
        await reader.CompleteAsync();
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
