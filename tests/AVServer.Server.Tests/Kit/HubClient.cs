using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using AVServer.Contracts;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Server.Tests.Kit;

/// <summary>SignalR's client core over a plain WebSocket, with a valve that stops reading as a stalled client does.</summary>
internal sealed class HubClient : IConnectionFactory
{
    private readonly Action<ClientWebSocketOptions>? _options;
    private readonly HttpMessageInvoker? _http;
    private TaskCompletionSource _valve = new();

    private HubClient(Action<ClientWebSocketOptions>? options, HttpMessageInvoker? http)
    {
        (_options, _http) = (options, http);
        _valve.SetResult();
    }

    /// <summary>Connects to the events hub.</summary>
    /// <param name="server">The hub's server.</param>
    /// <param name="query">What stands behind its address.</param>
    /// <param name="options">Sets up the socket.</param>
    /// <param name="http">Makes the connection; null: the usual way.</param>
    public static async Task<(HubConnection Hub, HubClient Client)> ConnectAsync(
        RunningServer server, string query = "", Action<ClientWebSocketOptions>? options = null, HttpMessageInvoker? http = null)
    {
        var client = new HubClient(options, http);
        var builder = new HubConnectionBuilder();
        builder.Services.AddSingleton<EndPoint>(new UriEndPoint(server.WebSocketAddress(Routes.EventsHub + query)));
        builder.Services.AddSingleton<IConnectionFactory>(client);
        builder.Services.AddSingleton<IHubProtocol, JsonHubProtocol>();
        builder.Services.Configure<Microsoft.AspNetCore.SignalR.JsonHubProtocolOptions>(
            o => ContractsJson.Configure(o.PayloadSerializerOptions));
        var hub = builder.Build();
        await hub.StartAsync();
        return (hub, client);
    }

    public void StopReading() => _valve = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void GoOnReading() => _valve.SetResult();

    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = new ClientWebSocket();
        _options?.Invoke(socket.Options);
        await socket.ConnectAsync(((UriEndPoint)endpoint).Uri, _http, cancellationToken);
        var (received, toSend) = (new Pipe(), new Pipe());
        var connection = new DefaultConnectionContext(
            Guid.NewGuid().ToString("n"), new Duplex(received.Reader, toSend.Writer), new Duplex(toSend.Reader, received.Writer));
        _ = ReceiveAsync(socket, received.Writer);
        _ = SendAsync(socket, toSend.Reader);
        return connection;
    }

    private async Task ReceiveAsync(ClientWebSocket socket, PipeWriter writer)
    {
        try
        {
            while (true)
            {
                await _valve.Task;
                var received = await socket.ReceiveAsync(writer.GetMemory(4_096), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close) break;
                writer.Advance(received.Count);
                await writer.FlushAsync();
            }
        }
        catch (WebSocketException)
        {
            // The server cut the connection; the hub's client sees its end.
        }
        await writer.CompleteAsync();
    }

    private static async Task SendAsync(ClientWebSocket socket, PipeReader reader)
    {
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync();
                if (!read.Buffer.IsEmpty)
                    await socket.SendAsync(read.Buffer.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            // As above.
        }
        await reader.CompleteAsync();
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
