using System.Text.Json;

namespace AVServer.Server.Delivery.Wyoming;

/// <summary>
/// Writes messages to a connection, one after the other whoever sends them. A peer that does not read is waited for only so long.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="timeout">Time for one message.</param>
/// <param name="time">Measures it.</param>
internal sealed class WyomingWriter(Stream connection, TimeSpan timeout, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <exception cref="IOException">The peer went away or does not read.</exception>
    public async Task WriteAsync(string type, object? data = null)
    {
        var more = data is null ? [] : JsonSerializer.SerializeToUtf8Bytes(data);
        var line = more.Length == 0 ? JsonSerializer.SerializeToUtf8Bytes(new { type })
            : JsonSerializer.SerializeToUtf8Bytes(new { type, data_length = more.Length });
        await _turn.WaitAsync();
        try
        {
            using var stop = new CancellationTokenSource(timeout, time);
            await connection.WriteAsync((byte[])[.. line, (byte)'\n', .. more], stop.Token);
        }
        catch (OperationCanceledException exception)
        {
            throw new IOException("The peer does not read.", exception);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Tells what is wrong.</summary>
    public Task WriteErrorAsync(string code, string text) => WriteAsync("error", new { text, code });

    public void Dispose() => _turn.Dispose();
}
