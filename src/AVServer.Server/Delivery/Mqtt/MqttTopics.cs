namespace AVServer.Server.Delivery.Mqtt;

/// <summary>Where things are published.</summary>
internal sealed class MqttTopics(string prefix)
{
    /// <summary>What stands at <see cref="Status"/> while the server is connected.</summary>
    public const string Online = "online";

    /// <summary>What stands at <see cref="Status"/> when it isn't; the broker puts it there when the server goes without a word.</summary>
    public const string Offline = "offline";

    private const string StateName = "state";   // no event is called so

    private readonly string _streams = $"{prefix}/streams/";

    /// <summary>Whether the server is there.</summary>
    public string Status { get; } = $"{prefix}/status";

    /// <summary>The states of all streams, to subscribe to.</summary>
    public string AllStates => $"{_streams}+/{StateName}";

    /// <summary>A stream's events of a type.</summary>
    public string EventsOf(string streamId, string type) => $"{_streams}{streamId}/{type}";

    /// <summary>Whether a stream is open.</summary>
    public string StateOf(string streamId) => EventsOf(streamId, StateName);

    /// <summary>The stream whose state a topic has; null for another topic.</summary>
    public string? StreamOf(string topic)
    {
        if (!topic.StartsWith(_streams, StringComparison.Ordinal)) return null;
        return topic[_streams.Length..].Split('/') is [var streamId, StateName] ? streamId : null;
    }
}
