using System.Security.Cryptography;

namespace AVServer.Client;

/// <summary>
/// The waits between attempts to reconnect: each twice as long as the one before, half of it left to chance, so that many clients of a
/// server that restarts don't come back in step. Only a connection that held for a while makes them short again: a server that takes
/// connections and drops them isn't asked faster and faster.
/// </summary>
internal sealed class ReconnectDelays(AVServerClientOptions options)
{
    private TimeSpan _next = options.FirstReconnectDelay;
    private long _connectedAt;
    private bool _isConnected;

    /// <summary>A connection was made.</summary>
    public void Connected() => (_isConnected, _connectedAt) = (true, options.Time.GetTimestamp());

    /// <summary>Waits before the next attempt.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (_isConnected && options.Time.GetElapsedTime(_connectedAt) >= options.ConnectionHolds) _next = options.FirstReconnectDelay;
        _isConnected = false;
        var delay = _next * (RandomNumberGenerator.GetInt32(500, 1_001) / 1_000.0);
        _next = _next * 2 < options.MaxReconnectDelay ? _next * 2 : options.MaxReconnectDelay;
        await Task.Delay(delay, options.Time, cancellationToken);
    }
}
