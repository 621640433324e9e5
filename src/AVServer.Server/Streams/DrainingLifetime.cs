using System.Runtime.InteropServices;
using AVServer.Server.Configuration;
using AVServer.Server.Events;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Streams;

/// <summary>
/// Lets the open streams finish before the host stops. SignalR closes its connections as soon as the host begins to stop, so that readers
/// would miss the last events if the drain came later; therefore signals come here first.
/// </summary>
internal sealed class DrainingLifetime(IServiceProvider services, TimeProvider time, IHostApplicationLifetime lifetime)
    : IHostLifetime, IHostedLifecycleService, IDisposable
{
    // SignalR aborts its connections when the host stops, with whatever its sockets have not sent by then.
    private static readonly TimeSpan SocketsSend = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private Task? _draining;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT])
            _signals.Add(PosixSignalRegistration.Create(signal, OnSignal));
        return Task.CompletedTask;
    }

    /// <summary>Drains once, whoever asks; the readers get the last events.</summary>
    public Task DrainAsync()
    {
        lock (_gate) return _draining ??= DrainOnceAsync();
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => DrainAsync();

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _signals.ForEach(signal => signal.Dispose());

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        _ = StopAfterDrainAsync();
    }

    private async Task StopAfterDrainAsync()
    {
        await DrainAsync();
        lifetime.StopApplication();
    }

    private async Task DrainOnceAsync()
    {
        // Not by constructor: the host makes its lifetime before the options are validated.
        var limits = services.GetRequiredService<IOptions<ServerLimits>>().Value;
        await services.GetRequiredService<StreamRegistry>().DrainAsync();
        // A reader who does not read is not waited for.
        var broker = services.GetRequiredService<EventBroker>();
        var hasReaders = broker.SubscriberCount > 0;
        await broker.CompleteAsync().WaitAsync(limits.CloseTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (hasReaders) await Task.Delay(SocketsSend, TimeProvider.System);
    }
}
