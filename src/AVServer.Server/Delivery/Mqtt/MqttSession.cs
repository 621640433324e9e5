using System.Buffers;
using System.Text;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;

namespace AVServer.Server.Delivery.Mqtt;

/// <summary>One connection to the broker, from its first moment to its end.</summary>
internal sealed class MqttSession : IDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly MqttOptions _options;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public MqttSession(MqttOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _client.DisconnectedAsync += end =>
        {
            _lost.TrySetResult(end.Exception?.GetBaseException().Message ?? end.ReasonString ?? end.Reason.ToString());
            return Task.CompletedTask;
        };
    }

    /// <summary>Ends when the connection does; why.</summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>Ends when whoever asks for a connection gets another.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Connects.</summary>
    /// <exception cref="Exception">The broker is not there, or refuses; says why.</exception>
    public async Task ConnectAsync(string status, CancellationToken stop)
    {
        var result = await InTimeAsync(token => _client.ConnectAsync(MqttBroker.Connection(_options, status), token), stop);
        if (result.ResultCode != MqttClientConnectResultCode.Success)
            throw new MqttCommunicationException($"{result.ResultCode} {result.ReasonString}".TrimEnd(), null);
    }

    /// <summary>Publishes; ends when the broker has it, as far as the quality of service goes.</summary>
    /// <returns>Why the broker refused it; null where it didn't.</returns>
    /// <exception cref="Exception">The connection broke; MQTTnet has no one type for that.</exception>
    public async Task<string?> PublishAsync(string topic, ReadOnlyMemory<byte> payload, bool retain, CancellationToken stop)
    {
        var message = new MqttApplicationMessageBuilder()
            .WithTopic(topic)
            .WithPayload(new ReadOnlySequence<byte>(payload))
            .WithQualityOfServiceLevel((MqttQualityOfServiceLevel)_options.Qos)
            .WithRetainFlag(retain)
            .Build();
        var result = await InTimeAsync(token => _client.PublishAsync(message, token), stop);
        return result.IsSuccess ? null : $"{result.ReasonCode} {result.ReasonString}".TrimEnd();
    }

    /// <summary>
    /// Says that the server is there, and finds the states that stand at the broker from before. What is said comes back behind what stands
    /// there, and so tells that this was all.
    /// </summary>
    /// <param name="topics">Where.</param>
    /// <param name="found">Takes each topic and what stands there.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="Exception">As <see cref="PublishAsync"/>.</exception>
    public async Task AnnounceAsync(MqttTopics topics, Action<string, byte[]> found, CancellationToken stop)
    {
        var cameBack = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task OnMessage(MqttApplicationMessageReceivedEventArgs received)
        {
            var message = received.ApplicationMessage;
            if (message.Topic == topics.Status)
            {
                if (!message.Retain) cameBack.TrySetResult();
            }
            else if (message.Retain)
            {
                found(message.Topic, message.Payload.ToArray());
            }
            return Task.CompletedTask;
        }
        _client.ApplicationMessageReceivedAsync += OnMessage;
        try
        {
            var subscription = new MqttClientSubscribeOptionsBuilder()
                .WithTopicFilter(topics.AllStates).WithTopicFilter(topics.Status).Build();
            await InTimeAsync(token => _client.SubscribeAsync(subscription, token), stop);
            await PublishAsync(topics.Status, Encoding.UTF8.GetBytes(MqttTopics.Online), retain: true, stop);
            // A broker that lets the server publish but not read gives nothing back: then what stands there stays.
            await Task.WhenAny(cameBack.Task, Lost, Task.Delay(_options.Timeout, _time, stop));
            var rest = new MqttClientUnsubscribeOptionsBuilder()
                .WithTopicFilter(topics.AllStates).WithTopicFilter(topics.Status).Build();
            await InTimeAsync(token => _client.UnsubscribeAsync(rest, token), stop);
        }
        finally
        {
            _client.ApplicationMessageReceivedAsync -= OnMessage;
        }
    }

    /// <summary>Says that the server goes, and goes; the broker has nothing to say then. Never throws.</summary>
    public async Task CloseAsync(MqttTopics topics)
    {
        try
        {
            await PublishAsync(topics.Status, Encoding.UTF8.GetBytes(MqttTopics.Offline), retain: true, CancellationToken.None);
            await InTimeAsync(
                async token =>
                {
                    await _client.DisconnectAsync(new MqttClientDisconnectOptions(), token);
                    return true;
                },
                CancellationToken.None);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // It went by itself, and the broker says so.
        }
    }

    /// <summary>Something went wrong on it that the connection itself need not know: it is given up.</summary>
    public void Break(string reason) => _lost.TrySetResult(reason);

    /// <summary>Nobody is given it any more.</summary>
    public void End() => _ended.TrySetResult();

    public void Dispose() => _client.Dispose();

    private async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        try
        {
            return await ask(either.Token);
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            throw new OperationCanceledException(stop);   // MQTTnet calls it a timeout in places
        }
        catch (Exception) when (late.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {_options.Timeout.TotalSeconds} s");
        }
    }
}
