using System.Threading.Channels;
using AVServer.Contracts;
using AVServer.Server.Events;

namespace AVServer.Server.Webhooks;

/// <summary>
/// One address: its bounded queues and the workers that empty them. A stream's events always take the same queue, and a queue has one worker, which
/// stays with an event until it is taken or given up: that keeps their order.
/// </summary>
internal sealed class Webhook : IDisposable
{
    private readonly WebhookOptions _options;
    private readonly WebhookSender _sender;
    private readonly DeadLetters _deadLetters;
    private readonly WebhookMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly HashSet<string> _types;
    private readonly HashSet<string>? _streams;
    private readonly Channel<Delivery>[] _lanes;
    private readonly CancellationTokenSource _stopNow = new();
    private Task _running = Task.CompletedTask;
    private Task _burying = Task.CompletedTask;
    private int _waiting;

    public Webhook(WebhookOptions options, WebhookSender sender, DeadLetters deadLetters, WebhookMetrics metrics, TimeProvider time)
    {
        (_options, _sender, _deadLetters, _metrics, _time) = (options, sender, deadLetters, metrics, time);
        _types = [.. options.Types is { Count: > 0 } some ? some : (IEnumerable<string>)EventTypes.Kept];
        _streams = options.Streams is { Count: > 0 } streams ? [.. streams] : null;
        // All queues together hold no more than the limit, which is counted; each has room for it, since one stream may be the only one.
        _lanes = [.. Enumerable.Range(0, options.Concurrency).Select(_ => Channel.CreateBounded<Delivery>(new BoundedChannelOptions(options.QueuedEvents)
        {
            FullMode = BoundedChannelFullMode.Wait,   // only TryWrite is used: full is answered, no stream waits
            SingleReader = true,
        }))];
    }

    /// <summary>Begins to deliver.</summary>
    /// <exception cref="InvalidOperationException">The file of undelivered events can't be written.</exception>
    public void Start()
    {
        _deadLetters.Prepare();
        _burying = Task.Run(_deadLetters.WriteAllAsync);
        _running = Task.WhenAll(_lanes.Select(lane => Task.Run(() => DeliverAllAsync(lane.Reader))));
    }

    /// <summary>Queues an event if the address wants it. Never waits.</summary>
    public void Offer(StreamEvent streamEvent)
    {
        if (!_types.Contains(EventTypes.NameOf(streamEvent)) || _streams?.Contains(streamEvent.StreamId) == false) return;
        var delivery = new Delivery($"msg_{Guid.NewGuid():n}", streamEvent);
        if (Interlocked.Increment(ref _waiting) <= _options.QueuedEvents && LaneOf(streamEvent.StreamId).Writer.TryWrite(delivery))
        {
            _metrics.Queued();
            return;
        }
        Interlocked.Decrement(ref _waiting);
        Bury(delivery, $"{_options.QueuedEvents} events were waiting", 0);
    }

    /// <summary>Delivers what waits; what is left when the time is over is given up. May be called again.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var lane in _lanes) lane.Writer.TryComplete();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stopNow.CancelAsync();
        await _running;
        _deadLetters.Complete();
        await _burying;
    }

    public void Dispose() => _stopNow.Dispose();

    private Channel<Delivery> LaneOf(string streamId) => _lanes[(uint)string.GetHashCode(streamId, StringComparison.Ordinal) % (uint)_lanes.Length];

    private async Task DeliverAllAsync(ChannelReader<Delivery> deliveries)
    {
        await foreach (var delivery in deliveries.ReadAllAsync(CancellationToken.None))
        {
            await DeliverAsync(delivery);
            Interlocked.Decrement(ref _waiting);
            _metrics.Left();
        }
    }

    private async Task DeliverAsync(Delivery delivery)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (_stopNow.IsCancellationRequested)
            {
                Bury(delivery, "the server stopped", attempt - 1);
                return;
            }
            var outcome = await _sender.PostAsync(delivery.Id, delivery.Event, _stopNow.Token);
            if (outcome.IsTaken)
            {
                _metrics.Delivered();
                return;
            }
            _metrics.Failed();
            if (!outcome.MayRetry || attempt >= _options.Attempts)
            {
                Bury(delivery, outcome.Reason, attempt);
                return;
            }
            var pause = Backoff.Pause(_options.FirstPause, _options.LongestPause, attempt, Backoff.RandomShare());
            if (outcome.RetryAfter is { } asked && asked > pause) pause = asked < _options.LongestPause ? asked : _options.LongestPause;
            await Task.Delay(pause, _time, _stopNow.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Bury(Delivery delivery, string reason, int attempts) =>
        _deadLetters.Add(new DeadLetter(_sender.Url, delivery.Id, _time.GetUtcNow(), reason, attempts, delivery.Event));

    private sealed record Delivery(string Id, StreamEvent Event);
}
