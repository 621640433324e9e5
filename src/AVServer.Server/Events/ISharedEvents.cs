using AVServer.Contracts;
using AVServer.Server.Observability;

namespace AVServer.Server.Events;

/// <summary>The streams and events of all nodes. A process by itself is its own cluster.</summary>
internal interface ISharedEvents
{
    /// <summary>What this node is called; null where there is no other.</summary>
    string? NodeName { get; }

    /// <summary>Why the other nodes can't be reached; null while they can.</summary>
    string? Fault { get; }

    /// <summary>Brings a log to where the stream's events are, whichever node published them.</summary>
    /// <exception cref="RefusedException">The other nodes can't be asked.</exception>
    ValueTask LoadAsync(EventLog log, CancellationToken cancellationToken);

    /// <summary>Makes this node the one that a stream is sent to; whoever opens it disposes the lease at its end.</summary>
    /// <param name="log">The stream's.</param>
    /// <exception cref="RefusedException">Another node has the stream, or nobody can tell.</exception>
    ValueTask<IStreamLease> LeaseAsync(EventLog log);

    /// <summary>Deletes a stream's events on the other nodes.</summary>
    /// <param name="streamId">Whose.</param>
    /// <param name="upTo">The last of them.</param>
    /// <exception cref="RefusedException">The other nodes can't be told.</exception>
    Task DeleteAsync(string streamId, EventCursor upTo);

    /// <summary>The open streams of the other nodes, as far as they are known.</summary>
    Task<IReadOnlyList<StreamSummary>> StreamsOfOthersAsync();

    /// <summary>Closes a stream on whichever other node it is; waits until it is closed.</summary>
    /// <returns>Whether there was one.</returns>
    Task<bool> CloseAsync(string streamId, CancellationToken cancellationToken);
}
