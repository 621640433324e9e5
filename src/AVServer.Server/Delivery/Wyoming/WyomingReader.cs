using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace AVServer.Server.Delivery.Wyoming;

/// <summary>Reads messages off a connection, each within bounds before a byte of it is kept.</summary>
/// <param name="pipe">The connection.</param>
/// <param name="maxPayloadBytes">Most bytes behind a message.</param>
internal sealed class WyomingReader(PipeReader pipe, int maxPayloadBytes)
{
    private const int MaxJsonBytes = 64 << 10;

    /// <summary>Waits until a message begins, for as long as that takes.</summary>
    /// <returns>False when the peer ended the connection, or the wait was called off.</returns>
    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        var read = await pipe.ReadAsync(cancellationToken);
        pipe.AdvanceTo(read.Buffer.Start);
        WasCanceled = read.IsCanceled;
        return !read.IsCanceled && !read.Buffer.IsEmpty;
    }

    /// <summary>Whether the last wait was called off by <see cref="PipeReader.CancelPendingRead"/>.</summary>
    public bool WasCanceled { get; private set; }

    /// <summary>The next message.</summary>
    /// <returns>Null when the peer ended the connection, in the middle of a message too.</returns>
    /// <exception cref="WyomingException">What came is no message.</exception>
    public async Task<WyomingMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        if (await ReadLineAsync(cancellationToken) is not { } line) return null;
        var data = new Dictionary<string, JsonElement>();
        var (type, dataLength, payloadLength) = WyomingText.Read(() => ReadHeader(line, data));
        if (dataLength > 0)
        {
            if (await ReadBytesAsync(dataLength, cancellationToken) is not { } more) return null;
            WyomingText.Read(() => Merge(Parse(more, "the data behind a line"), data, "the data behind a line"));
        }
        if (payloadLength == 0) return new WyomingMessage(type, data, default);
        return await ReadBytesAsync(payloadLength, cancellationToken) is { } payload ? new WyomingMessage(type, data, payload) : null;
    }

    private (string Type, int DataLength, int PayloadLength) ReadHeader(byte[] line, Dictionary<string, JsonElement> data)
    {
        var header = Parse(line, "a line");
        if (header.ValueKind != JsonValueKind.Object || !header.TryGetProperty("type", out var type)
            || type.ValueKind != JsonValueKind.String)
            throw new WyomingException("""Expected a line like {"type":"describe"}, got JSON without a type.""");
        if (header.TryGetProperty("data", out var inLine) && inLine.ValueKind != JsonValueKind.Null) Merge(inLine, data, "'data'");
        return (type.GetString()!, Length(header, "data_length", MaxJsonBytes), Length(header, "payload_length", maxPayloadBytes));
    }

    private static int Length(JsonElement header, string name, int max)
    {
        if (!header.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var length) && length >= 0 && length <= max
            ? (int)length
            : throw new WyomingException(
                $"Expected {name} of 0 to {max}, got {value.GetRawText()[..Math.Min(value.GetRawText().Length, 32)]}.");
    }

    private static JsonElement Parse(byte[] json, string what)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(json);
        }
        catch (JsonException)
        {
            throw new WyomingException($"Expected JSON as {what}, got something else; does the peer speak the Wyoming protocol?");
        }
    }

    private static Dictionary<string, JsonElement> Merge(JsonElement from, Dictionary<string, JsonElement> into, string what)
    {
        if (from.ValueKind != JsonValueKind.Object) throw new WyomingException($"Expected an object as {what}, got {from.ValueKind}.");
        foreach (var member in from.EnumerateObject()) into[member.Name] = member.Value;
        return into;
    }

    private async Task<byte[]?> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await pipe.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = buffer.Slice(0, end);
                if (line.Length > MaxJsonBytes) throw TooLong();
                var bytes = line.ToArray();
                pipe.AdvanceTo(buffer.GetPosition(1, end));
                return bytes;
            }
            pipe.AdvanceTo(buffer.Start, buffer.End);
            if (buffer.Length > MaxJsonBytes) throw TooLong();
            if (read.IsCompleted) return null;
        }

        static WyomingException TooLong() => new($"Expected a line of JSON of at most {MaxJsonBytes} bytes, got a longer one.");
    }

    private async Task<byte[]?> ReadBytesAsync(int length, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await pipe.ReadAtLeastAsync(length, cancellationToken);
            if (read.Buffer.Length >= length)
            {
                var bytes = read.Buffer.Slice(0, length).ToArray();
                pipe.AdvanceTo(read.Buffer.GetPosition(length));
                return bytes;
            }
            pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted) return null;
        }
    }
}
