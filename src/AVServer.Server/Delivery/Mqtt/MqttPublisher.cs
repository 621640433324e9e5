using System.Text.Json;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Events;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Delivery.Mqtt;

/// <summary>
/// Publishes events behind the streams' backs: a bounded queue with one worker, so that their order is kept. While the broker is away they
/// wait; what finds no room is dropped, counted and told. What is retained, the server's and the streams' states, is made right at each
/// connection, whatever was dropped.
/// </summary>
internal sealed partial class MqttPublisher : IEventSink, IHostedService, IAsyncDisposable
{
    private const int MaxAttempts = 5;   // an event with which the connection breaks each time shall not hold up all others
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(10);

    private readonly MqttOptions _options;
    private readonly DeletedEvents _deleted;
    private readonly MqttMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HashSet<string> _types;
    private readonly HashSet<string>? _streams;
    private readonly MqttTopics _topics;
    private readonly MqttStreamStates _states;
    private readonly MqttConnection _connection;
    private readonly HomeAssistantDiscovery? _discovery;
    private readonly BackgroundQueue<StreamEvent?> _queue;   // null: only states changed
    private readonly CancellationTokenSource _stopNow = new();   // not disposed: a host may be stopped after it is
    private Task _connecting = Task.CompletedTask;
    private bool _isRunning;
    private int _losing;
    private int _refused;
    private int _disposed;

    public MqttPublisher(
        IOptions<MqttOptions> options, IOptions<EmotionOptions> emotion, DeletedEvents deleted, MqttMetrics metrics, TimeProvider time,
        ILogger<MqttPublisher> logger)
    {
        _options = options.Value;
        (_deleted, _metrics, _time, _logger) = (deleted, metrics, time, logger);
        _types = [.. _options.Types is { Count: > 0 } some ? some : (IEnumerable<string>)EventTypes.Kept];
        _streams = _options.Streams is { Count: > 0 } streams ? [.. streams] : null;
        _topics = new MqttTopics(_options.Prefix);
        _states = new MqttStreamStates(_options.StreamsKept);
        _connection = new MqttConnection(_options, _topics, metrics, time, logger);
        _queue = new BackgroundQueue<StreamEvent?>(_options.QueuedEvents);
        if (_options.DiscoveryPrefix is not null)
            _discovery = new HomeAssistantDiscovery(
                _options.DiscoveryPrefix, _options.Prefix, _topics, _types,
                hasEmotion: !string.IsNullOrWhiteSpace(emotion.Value.Purpose), _options.Qos);
    }

    public void Offer(StreamEvent streamEvent)
    {
        if (!_isRunning || _streams?.Contains(streamEvent.StreamId) == false) return;
        _states.Accept(streamEvent);
        // The worker publishes states by the way.
        if (!IsWanted(streamEvent) && streamEvent is not (OpenedEvent or ClosedEvent)) return;
        if (_queue.TryAdd(streamEvent))
        {
            _metrics.Queued();
            return;
        }
        _metrics.Dropped();
        if (Interlocked.Exchange(ref _losing, 1) == 0) Log.Losing(_logger, _options.QueuedEvents);
    }

    /// <summary>
    /// Takes away what stands at the broker of a stream that is not open; what waits to be published is left out by itself.
    /// </summary>
    public void DeleteStream(string streamId)
    {
        if (!_isRunning) return;
        _states.Forget(streamId);
        if (_queue.TryAdd(null)) _metrics.Queued();   // where there is no room, what waits there brings it
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_options.IsOn) return Task.CompletedTask;
        if (MqttBroker.IsReadableByOthers(_options)) Log.Readable(_logger, MqttBroker.AddressOf(_options));
        _isRunning = true;
        _connecting = Task.Run(() => _connection.RunAsync(AcceptRetained, PublishStatesAsync, _stopNow.Token), CancellationToken.None);
        _queue.Start(PublishAsync);
        return Task.CompletedTask;
    }

    /// <summary>Publishes what waits; what is left when the time is over is dropped. May be called again.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(LongestDrain, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        await _queue.DrainAsync(either.Token);
        await _stopNow.CancelAsync();
        await Task.WhenAll(_queue.Completion, _connecting);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;   // registered more than once, disposed as often
        await StopAsync(new CancellationToken(canceled: true));   // where nobody stopped the host before
    }

    private bool IsWanted(StreamEvent streamEvent) => _types.Contains(EventTypes.NameOf(streamEvent));

    private async Task PublishAsync(StreamEvent? streamEvent)
    {
        try
        {
            await PublishOrDropAsync(streamEvent);
        }
        catch (OperationCanceledException)
        {
            _metrics.Dropped();   // the server stops
        }
        _metrics.Left();
    }

    private async Task PublishOrDropAsync(StreamEvent? streamEvent)
    {
        for (var attempt = 1; ; attempt++)
        {
            var session = await _connection.ReadyAsync(_stopNow.Token);
            try
            {
                await _states.PublishChangedAsync((streamId, state) => PublishStateAsync(session, streamId, state));
                if (streamEvent is null || !IsWanted(streamEvent) || _deleted.Contains(streamEvent)) return;
                var payload = JsonSerializer.SerializeToUtf8Bytes(streamEvent, ContractsJson.Options);
                var topic = _topics.EventsOf(streamEvent.StreamId, EventTypes.NameOf(streamEvent));
                Count(await session.PublishAsync(topic, payload, retain: false, _stopNow.Token), topic);
                return;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException && !_stopNow.IsCancellationRequested)
            {
                session.Break(exception.GetBaseException().Message);
                if (attempt == MaxAttempts)
                {
                    _metrics.Dropped();
                    return;
                }
                await session.Ended.WaitAsync(_stopNow.Token);
            }
        }
    }

    private void Count(string? refusal, string topic)
    {
        if (refusal is null)
        {
            _metrics.Published();
            if (Interlocked.Exchange(ref _losing, 0) == 1) Log.Recovered(_logger);
            return;
        }
        _metrics.Dropped();
        Told(refusal, topic);
    }

    private async Task PublishStateAsync(MqttSession session, string streamId, MqttStreamState? state)
    {
        var payload = state is null ? [] : JsonSerializer.SerializeToUtf8Bytes(state, ContractsJson.Options);
        await RetainAsync(session, _topics.StateOf(streamId), payload);
        if (_discovery is null) return;
        await RetainAsync(session, _discovery.TopicOf(streamId), state is null ? [] : _discovery.Describe(streamId));
    }

    private async Task RetainAsync(MqttSession session, string topic, byte[] payload)
    {
        if (await session.PublishAsync(topic, payload, retain: true, _stopNow.Token) is { } refusal) Told(refusal, topic);
    }

    // Once a run: a right that is lacking is lacking for every event.
    private void Told(string refusal, string topic)
    {
        if (Interlocked.Exchange(ref _refused, 1) == 0) Log.Refused(_logger, topic, refusal);
    }

    // A server that was killed left its streams open.
    private void AcceptRetained(string topic, byte[] payload)
    {
        if (_topics.StreamOf(topic) is not { } streamId) return;
        var state = Read(payload);
        _states.AcceptRetained(
            streamId, state is { Open: false } ? state : new MqttStreamState(false, _time.GetUtcNow(), CloseReason.Disconnected));
    }

    private Task PublishStatesAsync(MqttSession session)
    {
        _states.ChangeAll();
        return _states.PublishChangedAsync((streamId, state) => PublishStateAsync(session, streamId, state));
    }

    private static MqttStreamState? Read(byte[] payload)
    {
        try
        {
            return JsonSerializer.Deserialize<MqttStreamState>(payload, ContractsJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogEventIds.MqttReadable, LogLevel.Warning,
            "The MQTT broker {Broker} is on another machine and not reached by TLS: whoever is on the way can read events and the "
            + "password. Give Mqtt:Broker as mqtts://.")]
        public static partial void Readable(ILogger logger, string broker);

        [LoggerMessage(
            LogEventIds.MqttLosing, LogLevel.Warning,
            "{Capacity} events wait for the MQTT broker and new ones are dropped; it is too slow or away.")]
        public static partial void Losing(ILogger logger, int capacity);

        [LoggerMessage(LogEventIds.MqttRecovered, LogLevel.Information, "The MQTT broker gets events again.")]
        public static partial void Recovered(ILogger logger);

        [LoggerMessage(
            LogEventIds.MqttRefused, LogLevel.Warning,
            "The MQTT broker refused what was published to {Topic}: {Reason}. Look at the rights of Mqtt:User; this is told once.")]
        public static partial void Refused(ILogger logger, string topic, string reason);
    }
}
