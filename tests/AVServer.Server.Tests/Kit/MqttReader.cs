using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using AVServer.TestKit;
using MQTTnet;

namespace AVServer.Server.Tests.Kit;

/// <summary>What a reader got.</summary>
internal sealed record MqttMessage(string Topic, string Payload, bool Retained)
{
    public JsonElement Json => JsonDocument.Parse(Payload).RootElement;
}

/// <summary>A client of a broker that reads everything.</summary>
internal sealed class MqttReader : IAsyncDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();

    private MqttReader()
    {
    }

    /// <summary>What came, in its order.</summary>
    public ConcurrentQueue<MqttMessage> Messages { get; } = new();

    /// <summary>The topics of what came of streams' events, in their order.</summary>
    public IEnumerable<string> Events =>
        Messages.Where(message => message.Topic.Contains("/streams/", StringComparison.Ordinal)
            && !message.Topic.EndsWith("/state", StringComparison.Ordinal)).Select(message => message.Topic);

    /// <summary>Connects; what is retained comes first.</summary>
    public static async Task<MqttReader> ConnectAsync(MosquittoServer broker, string? user = null, string? password = null)
    {
        var reader = new MqttReader();
        reader._client.ApplicationMessageReceivedAsync += received =>
        {
            var message = received.ApplicationMessage;
            var payload = Encoding.UTF8.GetString(message.Payload.ToArray());
            reader.Messages.Enqueue(new MqttMessage(message.Topic, payload, message.Retain));
            return Task.CompletedTask;
        };
        var options = new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", broker.Port);
        if (user is not null) options.WithCredentials(user, password);
        await reader._client.ConnectAsync(options.Build(), TestTimeout.Token());
        await reader._client.SubscribeAsync("#", cancellationToken: TestTimeout.Token());
        return reader;
    }

    /// <summary>Waits for the next message on a topic whose payload holds something.</summary>
    public async Task<MqttMessage> UntilAsync(string topic, string payload = "")
    {
        MqttMessage? found = null;
        await RunningServer.UntilAsync(
            () => (found = Messages.FirstOrDefault(
                message => message.Topic == topic && message.Payload.Contains(payload, StringComparison.Ordinal))) is not null,
            $"'{payload}' at {topic}");
        return found!;
    }

    /// <summary>The last that came on a topic.</summary>
    public string? Last(string topic) => Messages.LastOrDefault(message => message.Topic == topic)?.Payload;

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
