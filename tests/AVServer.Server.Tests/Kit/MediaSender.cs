using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Kit;

/// <summary>A plain client of the media socket.</summary>
internal sealed class MediaSender(ClientWebSocket socket) : IDisposable
{
    public const string PcmHello = """{"protocol":1,"audio":{"format":"pcm_s16le","sampleRate":16000,"channels":1}}""";

    private readonly byte[] _buffer = new byte[256 << 10];

    public WebSocketCloseStatus? CloseStatus => socket.CloseStatus;

    public string? CloseReason => socket.CloseStatusDescription;

    public static async Task<MediaSender> ConnectAsync(
        RunningServer server, string streamId, string query = "", Action<ClientWebSocketOptions>? options = null)
    {
        var socket = new ClientWebSocket();
        options?.Invoke(socket.Options);
        await socket.ConnectAsync(server.WebSocketAddress($"/media/{streamId}{query}"), TestTimeout.Token());
        return new MediaSender(socket);
    }

    /// <summary>Connects, says hello and waits for ready.</summary>
    public static async Task<MediaSender> OpenAsync(RunningServer server, string streamId, string query = "", string hello = PcmHello)
    {
        var sender = await ConnectAsync(server, streamId, query);
        await sender.SendTextAsync(hello);
        var ready = await sender.ReceiveAsync();
        Assert.True(ready?.GetProperty("type").GetString() == "ready", $"Expected ready, got {ready}.");
        return sender;
    }

    public Task SendTextAsync(string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, TestTimeout.Token());

    public Task SendBytesAsync(byte[] message) => socket.SendAsync(message, WebSocketMessageType.Binary, true, TestTimeout.Token());

    public Task SendAsync(double seconds, string payload, MediaKind kind = MediaKind.Audio) =>
        SendAsync(seconds, Encoding.ASCII.GetBytes(payload), kind);

    public Task SendAsync(double seconds, byte[] payload, MediaKind kind = MediaKind.Audio)
    {
        var message = new byte[9 + payload.Length];
        message[0] = (byte)kind;
        BinaryPrimitives.WriteInt64LittleEndian(message.AsSpan(1), (long)Math.Round(seconds * 1e6));
        payload.CopyTo(message, 9);
        return SendBytesAsync(message);
    }

    /// <summary>The next text message; null when the server closed.</summary>
    public async Task<JsonElement?> ReceiveAsync()
    {
        var length = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(_buffer.AsMemory(length), TestTimeout.Token());
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await AnswerCloseAsync();
                return null;
            }
            length += received.Count;
            if (received.EndOfMessage) return JsonDocument.Parse(_buffer.AsMemory(0, length).ToArray()).RootElement;
        }
    }

    /// <summary>All text messages until the server closes.</summary>
    public async Task<List<JsonElement>> ReceiveAllAsync()
    {
        var all = new List<JsonElement>();
        while (await ReceiveAsync() is { } message) all.Add(message);
        return all;
    }

    public Task CloseAsync() => socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, TestTimeout.Token());

    /// <summary>Goes away without a word.</summary>
    public void Cut() => socket.Abort();

    public void Dispose() => socket.Dispose();

    // Otherwise the server waits for it as long as it may.
    private async Task AnswerCloseAsync()
    {
        try
        {
            if (socket.State == WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestTimeout.Token());
        }
        catch (WebSocketException)
        {
            // It has gone already.
        }
    }
}
