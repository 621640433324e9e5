using AVServer.Contracts;

namespace AVServer.Client;

/// <summary>The waits of a sender for whose stream the server has no room.</summary>
internal sealed class BusyRetry(AVServerClientOptions options)
{
    private readonly ReconnectDelays _delays = new(options);
    private long? _refusedSince;

    /// <summary>The server answered.</summary>
    public void Connected() => _delays.Connected();

    /// <summary>Whether a refusal is one that passes, and the time for it is not over.</summary>
    public bool Allows(ServerRefusedException refusal)
    {
        if (refusal.Code != FaultCodes.ServerBusy) return false;
        _refusedSince ??= options.Time.GetTimestamp();
        return options.BusyTimeout == Timeout.InfiniteTimeSpan || options.Time.GetElapsedTime(_refusedSince.Value) < options.BusyTimeout;
    }

    /// <summary>Waits before the next attempt.</summary>
    /// <param name="refusal">Why there was none.</param>
    /// <param name="wasHeard">Whether some of the stream was heard before: then it is another refusal, not the same one still.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task WaitAsync(ServerRefusedException refusal, bool wasHeard, CancellationToken cancellationToken)
    {
        if (wasHeard) _refusedSince = null;
        options.Reconnecting?.Invoke(new ServerUnreachableException(refusal.Message, refusal));
        return _delays.WaitAsync(cancellationToken);
    }
}
