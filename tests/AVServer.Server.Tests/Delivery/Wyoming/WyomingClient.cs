using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AVServer.Server.Delivery.Wyoming;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Delivery.Wyoming;

/// <summary>A peer of the bridge that writes what a test writes down, byte for byte.</summary>
internal sealed class WyomingClient : IDisposable
{
    private readonly TcpClient _tcp = new();
    private NetworkStream _stream = null!;

    public static async Task<WyomingClient> ConnectAsync(RunningServer server)
    {
        var client = new WyomingClient();
        await client._tcp.ConnectAsync(server.Part<WyomingServer>().EndPoint!);
        client._stream = client._tcp.GetStream();
        return client;
    }

    /// <summary>Sends a line as it is.</summary>
    public Task SendAsync(string line) => _stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n")).AsTask();

    public Task SendBytesAsync(byte[] bytes) => _stream.WriteAsync(bytes).AsTask();

    /// <summary>Sends a line with bytes behind it.</summary>
    public async Task SendAsync(string line, byte[] payload)
    {
        await SendAsync(line);
        await _stream.WriteAsync(payload);
    }

    /// <summary>16 kHz mono, as Home Assistant sends it.</summary>
    public Task SendChunkAsync(byte[] samples, long? timestamp = null) => SendAsync(
        $$"""{"type":"audio-chunk","data":{"rate":16000,"width":2,"channels":1{{(timestamp is null ? "" : $",\"timestamp\":{timestamp}")}}}"""
            + $$""","payload_length":{{samples.Length}}}""",
            samples);

    /// <summary>The next message, its data merged; null when the server has closed the connection.</summary>
    public async Task<(string Type, JsonElement Data)?> ReceiveAsync()
    {
        var timeout = TestTimeout.Token();
        var line = new List<byte>();
        var one = new byte[1];
        while (true)
        {
            if (await _stream.ReadAsync(one, timeout) == 0)
                return line.Count == 0 ? null : throw new IOException("The connection broke off within a line.");
            if (one[0] == (byte)'\n') break;
            line.Add(one[0]);
        }
        var header = JsonDocument.Parse(line.ToArray()).RootElement;
        var data = new byte[header.TryGetProperty("data_length", out var length) ? length.GetInt32() : 0];
        await _stream.ReadExactlyAsync(data, timeout);
        return (header.GetProperty("type").GetString()!, data.Length == 0 ? default : JsonDocument.Parse(data).RootElement);
    }

    /// <summary>Says that no more comes, and still listens.</summary>
    public void Finish() => _tcp.Client.Shutdown(SocketShutdown.Send);

    public void Dispose() => _tcp.Dispose();
}
