using System.Runtime.CompilerServices;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Configuration;
using AVServer.Server.Events;
using AVServer.Server.Ingest;
using AVServer.Server.Observability;
using AVServer.Server.Scoring;
using AVServer.Server.Security;
using AVServer.Server.Storage.History;
using AVServer.Server.Streams;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Delivery;

/// <summary>Events out by streaming subscription or push, and media in for clients that have nothing but SignalR.</summary>
internal sealed class EventsHub(
    EventBroker broker, HistoryReplay replay, StreamRegistry registry, HubSubscriptions subscriptions, IJobStore jobs,
    FaultReports faults,
    KeyLimits keyLimits, IOptions<ServerLimits> limits) : Hub
{
    /// <summary>The events that pass the filter, until the client cancels or the server stops.</summary>
    public async IAsyncEnumerable<StreamEvent> Subscribe(
        SubscribeRequest filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var subscription = await SubscribeAsync(filter, cancellationToken);
        await foreach (var happened in ReportedAsync(subscription.ReadAllAsync(cancellationToken), cancellationToken))
            yield return happened;
    }

    /// <summary>
    /// Where the stream's events end now: who subscribes after it misses nothing of what follows, however often the connection breaks.
    /// </summary>
    public async Task<EventCursor> Position(string? streamId)
    {
        using var held = await broker.LoadAsync(Named(streamId), Context.ConnectionAborted);
        return broker.Position(held.Log.StreamId);
    }

    /// <summary>Pushes the stream's events, telemetry left out, as <see cref="HubMethods.OnEvent"/> from now on.</summary>
    public Task Watch(string? streamId) =>
        subscriptions.AddAsync(Context.ConnectionId, new EventFilter(Named(streamId)), Context.ConnectionAborted);

    /// <summary>As <see cref="Watch"/>, from a place on.</summary>
    public Task WatchAfter(string? streamId, JsonElement after) =>
        subscriptions.AddAsync(
            Context.ConnectionId, new SubscribeRequest(Named(streamId), After: after).ToFilter(), Context.ConnectionAborted);

    /// <summary>Ends <see cref="Watch"/>.</summary>
    public void Unwatch(string streamId) => subscriptions.Remove(Context.ConnectionId, streamId);

    /// <summary>How far a job is, now and as it changes, until it has ended.</summary>
    public IAsyncEnumerable<JobStatus> Job(string id, CancellationToken cancellationToken)
    {
        try
        {
            Permission.Demand(Caller, Scope.Score);
            return ReportedAsync(jobs.WatchAsync(id, cancellationToken), cancellationToken);
        }
        catch (Exception exception) when (HubErrorFilter.IsReported(exception))
        {
            throw HubErrorFilter.ToHubException(exception, faults);
        }
    }

    /// <summary>Sends media; returns the stream's last event when the chunks end.</summary>
    public async Task<ClosedEvent> Publish(string streamId, MediaHello hello, IAsyncEnumerable<MediaChunk> chunks)
    {
        var caller = Caller;
        Permission.Demand(caller, Scope.Publish, streamId);
        HelloReader.Check(hello);
        using var place = keyLimits.Stream(caller);
        var stream = await registry.OpenAsync(new StreamRequest(streamId, hello), "hub");
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Context.ConnectionAborted);
        var receiving = ReceiveAsync(stream, chunks, keyLimits.Bytes(caller), ended.Token);
        var outcome = await stream.Completion;
        await ended.CancelAsync();
        await receiving;
        if (outcome.Fault is { } fault) throw HubErrorFilter.ToHubException(fault.Code, fault.Message);
        return outcome.Closed;
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        subscriptions.RemoveAll(Context.ConnectionId);
        return Task.CompletedTask;
    }

    private Grant Caller => Grant.Of(Context.User);

    // Errors of a streamed result don't pass the hub's filter.
    private async IAsyncEnumerable<T> ReportedAsync<T>(
        IAsyncEnumerable<T> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var enumerator = items.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await enumerator.MoveNextAsync()) yield break;
            }
            catch (Exception exception) when (HubErrorFilter.IsReported(exception))
            {
                throw HubErrorFilter.ToHubException(exception, faults);
            }
            yield return enumerator.Current;
        }
    }

    private async Task<EventSubscription> SubscribeAsync(SubscribeRequest filter, CancellationToken cancellationToken)
    {
        try
        {
            Permission.Demand(Caller, Scope.Subscribe, filter.StreamId);
            return await replay.SubscribeAsync(filter.ToFilter(), isNamed: false, cancellationToken);
        }
        catch (Exception exception) when (HubErrorFilter.IsReported(exception))
        {
            throw HubErrorFilter.ToHubException(exception, faults);
        }
    }

    private async Task ReceiveAsync(
        LiveStream stream, IAsyncEnumerable<MediaChunk> chunks, KeyLimits.ByteQuota quota, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var chunk in chunks.WithCancellation(cancellationToken))
            {
                Check(chunk);
                quota.Take(chunk.Payload.Length);
                if (!await stream.AcceptAsync(chunk)) return;
            }
            stream.End(Context.ConnectionAborted.IsCancellationRequested ? CloseReason.Disconnected : CloseReason.Completed);
        }
        catch (RefusedException refused)
        {
            stream.Fail(refused.Code, refused.Message);
        }
        catch (OperationCanceledException)
        {
            stream.End(CloseReason.Disconnected);
        }
        catch (HubException)
        {
            // The client completed its upload with an error.
            stream.End(CloseReason.Disconnected);
        }
    }

    private void Check(MediaChunk chunk)
    {
        if (chunk.Payload.Length > limits.Value.MaxHubChunkBytes)
            throw new RefusedException(
                FaultCodes.LimitExceeded,
                $"Expected a payload of at most {limits.Value.MaxHubChunkBytes} bytes, got {chunk.Payload.Length}.");
        if (!Enum.IsDefined(chunk.Kind) || chunk.Time < TimeSpan.Zero)
            throw new RefusedException(
                FaultCodes.BadChunk, "Expected kind audio, video or container and a media time of 0 or more, got something else.");
    }

    // All streams are for who asks for them, not for who forgot a name.
    private string Named(string? streamId)
    {
        if (string.IsNullOrEmpty(streamId))
            throw new RefusedException(
                FaultCodes.BadRequest,
                "Expected a stream id, got none; name the stream, or call Subscribe without one for the events of all streams.");
        Permission.Demand(Caller, Scope.Subscribe, streamId);
        return streamId;
    }
}
