namespace AVServer.Client;

/// <summary>How a client reaches its server.</summary>
/// <param name="BaseAddress">Where the server answers, e.g. <c>http://127.0.0.1:5080</c>; http or https, with the path prefix of a proxy if
/// there is one.</param>
public sealed record AVServerClientOptions(Uri BaseAddress)
{
    /// <summary>Key that the server wants. Default: none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>
    /// Wait before the first attempt to reconnect, half of it left to chance; doubled after each failed one. Default 250 ms.
    /// </summary>
    public TimeSpan FirstReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest wait before an attempt to reconnect. Default 10 s.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a connection must have held before waits begin with <see cref="FirstReconnectDelay"/> again. Default 5 s.
    /// </summary>
    public TimeSpan ConnectionHolds { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long <see cref="AVServerClient.PublishAsync"/> tries again where the server has no room for the stream
    /// (<see cref="Contracts.FaultCodes.ServerBusy"/>), counted from the first refusal in a row, before it is told. Default 1 min;
    /// <see cref="Timeout.InfiniteTimeSpan"/>: until there is room.
    /// </summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Told of each lost connection of a subscription before it is made anew, and of each refusal that is waited out.</summary>
    public Action<ServerUnreachableException>? Reconnecting { get; init; }

    /// <summary>Clock of the waits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
