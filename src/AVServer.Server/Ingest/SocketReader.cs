using System.Buffers;
using System.Net.WebSockets;

namespace AVServer.Server.Ingest;

/// <summary>Reads whole messages into one rented buffer, which grows as far as messages may.</summary>
internal sealed class SocketReader(WebSocket socket, int maxBytes) : IDisposable
{
    private const int InitialBytes = 4_096;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Math.Min(InitialBytes, maxBytes));

    /// <summary>The next message.</summary>
    /// <returns>Its type and bytes, valid until the next call; <c>IsTooLong</c> with an empty body when it passes the limit, its rest
    /// unread.</returns>
    /// <exception cref="WebSocketException">The connection went away.</exception>
    public async ValueTask<(WebSocketMessageType Type, ReadOnlyMemory<byte> Body, bool IsTooLong)> ReadAsync(
        CancellationToken cancellationToken)
    {
        var length = 0;
        while (true)
        {
            var room = Math.Min(_buffer.Length, maxBytes + 1) - length;
            var received = await socket.ReceiveAsync(_buffer.AsMemory(length, room), cancellationToken);
            length += received.Count;
            if (length > maxBytes) return (received.MessageType, default, true);
            if (received.EndOfMessage || received.MessageType == WebSocketMessageType.Close)
                return (received.MessageType, _buffer.AsMemory(0, length), false);
            if (length == _buffer.Length) Grow();
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
