using AVServer.Contracts;
using AVServer.Server.Events;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Delivery.Webhooks;

/// <summary>Hands each event to the webhooks that want it.</summary>
internal sealed class WebhookDispatcher(
    IOptions<WebhooksOptions> options, DeletedEvents deleted, WebhookMetrics metrics, TimeProvider time, ILogger<WebhookDispatcher> logger)
    : IEventSink, IHostedService, IAsyncDisposable
{
    private readonly HttpClient _http = WebhookSender.CreateClient();
    private Webhook[] _hooks = [];
    private int _disposed;

    public void Offer(StreamEvent streamEvent)
    {
        foreach (var hook in _hooks) hook.Offer(streamEvent);
    }

    /// <summary>Deletes a stream's events from the files of undelivered ones; what waits to be delivered is left out by itself.</summary>
    /// <exception cref="IOException">A file can't be written.</exception>
    public async Task DeleteStreamAsync(string streamId, CancellationToken cancellationToken)
    {
        foreach (var hook in _hooks) await hook.DeleteStreamAsync(streamId, cancellationToken);
    }

    /// <exception cref="InvalidOperationException">A file of undelivered events can't be written: the server does not start.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var hooks = options.Value.Hooks.Select(hook =>
        {
            var letters = new DeadLetters(hook.DeadLetterPath, deleted, metrics, logger);
            return new Webhook(hook, new WebhookSender(_http, hook, time), letters, deleted, metrics, time);
        }).ToArray();
        foreach (var hook in hooks) hook.Start();
        _hooks = hooks;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(_hooks.Select(hook => hook.StopAsync(cancellationToken)));

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;   // registered more than once, disposed as often
        await StopAsync(new CancellationToken(canceled: true));   // where nobody stopped the host before
        foreach (var hook in _hooks) hook.Dispose();
        _hooks = [];   // a host may be stopped after it is disposed
        _http.Dispose();
    }
}
