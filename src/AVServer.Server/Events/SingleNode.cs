using AVServer.Contracts;

namespace AVServer.Server.Events;

/// <summary>A process by itself: what it has is all there is.</summary>
internal sealed class SingleNode : ISharedEvents
{
    public string? NodeName => null;

    public string? Fault => null;

    public ValueTask LoadAsync(EventLog log, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<IStreamLease> LeaseAsync(EventLog log) => new(Lease.Own);

    public Task DeleteAsync(string streamId, EventCursor upTo) => Task.CompletedTask;

    public Task<IReadOnlyList<StreamSummary>> StreamsOfOthersAsync() => Task.FromResult<IReadOnlyList<StreamSummary>>([]);

    public Task<bool> CloseAsync(string streamId, CancellationToken cancellationToken) => Task.FromResult(false);

    private sealed class Lease : IStreamLease
    {
        public static Lease Own { get; } = new();

        public CancellationToken Lost => CancellationToken.None;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
