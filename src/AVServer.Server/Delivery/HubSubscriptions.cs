using System.Collections.Concurrent;
using AVServer.Contracts;
using AVServer.Server.Events;
using AVServer.Server.Ingest;
using AVServer.Server.Storage.History;
using Microsoft.AspNetCore.SignalR;

namespace AVServer.Server.Delivery;

/// <summary>
/// Who watches what. Each watch has its own bounded queue instead of a SignalR group, because a send to a group waits for its slowest
/// member.
/// </summary>
internal sealed class HubSubscriptions(HistoryReplay replay, IHubContext<EventsHub> hub)
{
    private readonly ConcurrentDictionary<(string ConnectionId, string StreamId), EventSubscription> _subscriptions = new();

    /// <summary>Pushes the stream's events to the connection; a second watch of the same stream changes nothing.</summary>
    public async Task AddAsync(string connectionId, EventFilter filter, CancellationToken cancellationToken)
    {
        var streamId = filter.StreamId!;
        var subscription = await replay.SubscribeAsync(filter, isNamed: false, cancellationToken);
        if (_subscriptions.TryAdd((connectionId, streamId), subscription)) _ = PushAsync(connectionId, streamId, subscription);
        else subscription.Dispose();
        // The connection's end may have looked for watches before this one was there.
        if (cancellationToken.IsCancellationRequested) Remove(connectionId, streamId);
    }

    public void Remove(string connectionId, string streamId)
    {
        if (_subscriptions.TryRemove((connectionId, streamId), out var subscription)) subscription.Dispose();
    }

    /// <summary>Ends all watches of a connection that went away.</summary>
    public void RemoveAll(string connectionId)
    {
        foreach (var watch in _subscriptions.Keys)
            if (watch.ConnectionId == connectionId) Remove(watch.ConnectionId, watch.StreamId);
    }

    private async Task PushAsync(string connectionId, string streamId, EventSubscription subscription)
    {
        try
        {
            var client = hub.Clients.Client(connectionId);
            await foreach (var streamEvent in subscription.ReadAllThenFaultAsync()) await client.SendAsync(HubMethods.OnEvent, streamEvent);
        }
        catch (Exception exception) when (Disconnection.Is(exception))
        {
            // The connection went away in the middle of a send.
        }
        finally
        {
            subscription.Dispose();
            _subscriptions.TryRemove(new((connectionId, streamId), subscription));
        }
    }
}
