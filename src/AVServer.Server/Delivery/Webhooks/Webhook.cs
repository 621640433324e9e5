using AVServer.Contracts;
using AVServer.Server.Events;
using Polly;
using Polly.Timeout;

namespace AVServer.Server.Delivery.Webhooks;

/// <summary>
/// One address: its bounded queues and the workers that empty them. A stream's events always take the same queue, and a queue has one
/// worker, which stays with an event until it is taken or given up: that keeps their order.
/// </summary>
internal sealed class Webhook : IDisposable
{
    private readonly WebhookOptions _options;
    private readonly WebhookSender _sender;
    private readonly DeadLetters _deadLetters;
    private readonly DeletedEvents _deleted;
    private readonly WebhookMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline<HttpResponseMessage> _attempts;
    private readonly HashSet<string> _types;
    private readonly HashSet<string>? _streams;
    private readonly BackgroundQueue<Delivery>[] _queues;
    private readonly CancellationTokenSource _stopNow = new();
    private int _waiting;

    public Webhook(
        WebhookOptions options, WebhookSender sender, DeadLetters deadLetters, DeletedEvents deleted, WebhookMetrics metrics,
        TimeProvider time)
    {
        (_options, _sender, _deadLetters, _deleted, _metrics, _time) = (options, sender, deadLetters, deleted, metrics, time);
        _attempts = WebhookRetries.Create(options, time, metrics.Failed);
        _types = [.. options.Types is { Count: > 0 } some ? some : (IEnumerable<string>)EventTypes.Kept];
        _streams = options.Streams is { Count: > 0 } streams ? [.. streams] : null;
        // All queues together hold no more than the limit, which is counted; each has room for it, since one stream may be the only one.
        _queues = [.. Enumerable.Range(0, options.Concurrency).Select(_ => new BackgroundQueue<Delivery>(options.QueuedEvents))];
    }

    /// <summary>Begins to deliver.</summary>
    /// <exception cref="InvalidOperationException">The file of undelivered events can't be written.</exception>
    public void Start()
    {
        _deadLetters.Start();
        foreach (var queue in _queues) queue.Start(DeliverAsync);
    }

    /// <summary>Queues an event if the address wants it. Never waits.</summary>
    public void Offer(StreamEvent streamEvent)
    {
        if (!_types.Contains(EventTypes.NameOf(streamEvent)) || _streams?.Contains(streamEvent.StreamId) == false) return;
        var delivery = new Delivery($"msg_{Guid.NewGuid():n}", streamEvent);
        if (Interlocked.Increment(ref _waiting) <= _options.QueuedEvents && QueueOf(streamEvent.StreamId).TryAdd(delivery))
        {
            _metrics.Queued();
            return;
        }
        Interlocked.Decrement(ref _waiting);
        GiveUp(delivery, $"{_options.QueuedEvents} events were waiting");
    }

    /// <summary>Delivers what waits; what is left when the time is over is given up. May be called again.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_queues.Select(queue => queue.DrainAsync(cancellationToken)));
        await _stopNow.CancelAsync();
        await Task.WhenAll(_queues.Select(queue => queue.Completion));
        await _deadLetters.CompleteAsync();
    }

    /// <inheritdoc cref="DeadLetters.DeleteStreamAsync"/>
    public Task DeleteStreamAsync(string streamId, CancellationToken cancellationToken) =>
        _deadLetters.DeleteStreamAsync(streamId, cancellationToken);

    public void Dispose() => _stopNow.Dispose();

    private BackgroundQueue<Delivery> QueueOf(string streamId) =>
        _queues[(uint)string.GetHashCode(streamId, StringComparison.Ordinal) % (uint)_queues.Length];

    private async Task DeliverAsync(Delivery delivery)
    {
        await DeliverOrGiveUpAsync(delivery);
        Interlocked.Decrement(ref _waiting);
        _metrics.Left();
    }

    private async Task DeliverOrGiveUpAsync(Delivery delivery)
    {
        string reason;
        try
        {
            using var response = await _attempts.ExecuteAsync(stop => PostAsync(delivery, stop), _stopNow.Token);
            if (response.IsSuccessStatusCode)
            {
                _metrics.Delivered();
                return;
            }
            reason = $"status {(int)response.StatusCode}";
        }
        catch (HttpRequestException exception)
        {
            reason = $"no answer ({exception.HttpRequestError})";
        }
        catch (TimeoutRejectedException)
        {
            reason = $"no answer within {_options.Timeout.TotalSeconds} s";
        }
        catch (OperationCanceledException)
        {
            if (!_deleted.Contains(delivery.Event)) GiveUp(delivery, "the server stopped");
            return;
        }
        _metrics.Failed();
        GiveUp(delivery, reason);
    }

    private async ValueTask<HttpResponseMessage> PostAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        if (_deleted.Contains(delivery.Event)) throw new OperationCanceledException("It was deleted while it waited.");
        delivery.Attempts++;
        return await _sender.PostAsync(delivery.Id, delivery.Event, cancellationToken);
    }

    private void GiveUp(Delivery delivery, string reason) =>
        _deadLetters.Add(new DeadLetter(_sender.Url, delivery.Id, _time.GetUtcNow(), reason, delivery.Attempts, delivery.Event));

    private sealed record Delivery(string Id, StreamEvent Event)
    {
        /// <summary>Requests that were made.</summary>
        public int Attempts { get; set; }
    }
}
