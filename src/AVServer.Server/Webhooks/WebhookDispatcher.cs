using AVServer.Contracts;
using AVServer.Server.Events;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Webhooks;

/// <summary>Hands each event to the webhooks that want it.</summary>
internal sealed class WebhookDispatcher(IOptions<WebhooksOptions> options, WebhookMetrics metrics, TimeProvider time, ILogger<WebhookDispatcher> logger)
    : IEventSink, IHostedService, IAsyncDisposable
{
    private readonly HttpClient _http = WebhookSender.CreateClient();
    private Webhook[] _hooks = [];
    private int _disposed;

    public void Offer(StreamEvent streamEvent)
    {
        foreach (var hook in _hooks) hook.Offer(streamEvent);
    }

    /// <exception cref="InvalidOperationException">A file of undelivered events can't be written: the server does not start.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var hooks = options.Value.Hooks.Select(hook => new Webhook(hook, new WebhookSender(_http, hook, time), new DeadLetters(hook.DeadLetterPath, metrics, logger), metrics, time)).ToArray();
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
