using AVServer.Contracts;

namespace AVServer.Server.Storage.History;

/// <summary>Where events are kept beyond the process. Safe for concurrent use.</summary>
internal interface IHistoryStore : IAsyncDisposable
{
    /// <summary>Makes the schema where it is missing, and brings an older one to the present version.</summary>
    /// <exception cref="System.Data.Common.DbException">The database can't be reached or written.</exception>
    /// <exception cref="InvalidDataException">A newer server made it.</exception>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Keeps all of these events, or none when it throws.</summary>
    Task AppendAsync(IReadOnlyList<StreamEvent> events, CancellationToken cancellationToken);

    /// <summary>Events in the order in which they were kept, each with its place.</summary>
    Task<IReadOnlyList<(long Place, StreamEvent Event)>> QueryAsync(HistoryQuery query, CancellationToken cancellationToken);

    /// <summary>Finds where a stream's reader stands.</summary>
    /// <returns>What lies beyond it comes after what the reader has; null where nothing does.</returns>
    Task<HistoryPlace?> FindAsync(string streamId, EventCursor cursor, CancellationToken cancellationToken);

    /// <summary>What is there of a stream beyond a place, epoch by epoch, in the order in which they were kept.</summary>
    /// <param name="streamId">Which stream.</param>
    /// <param name="place">As <see cref="FindAsync"/> gave it.</param>
    /// <param name="end">Of this epoch nothing beyond this number.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    Task<IReadOnlyList<EpochSpan>> SpansAsync(string streamId, long place, EventCursor end, CancellationToken cancellationToken);

    /// <summary>Deletes a stream's events.</summary>
    /// <returns>How many there were.</returns>
    Task<int> DeleteStreamAsync(string streamId, CancellationToken cancellationToken);

    /// <summary>Deletes what was published before a moment.</summary>
    /// <param name="moment">What is of it stays.</param>
    /// <param name="types">Types by wire name.</param>
    /// <param name="areDeleted">Whether events of these types are deleted, or all others.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    /// <returns>How many there were.</returns>
    Task<int> DeleteBeforeAsync(
        DateTimeOffset moment, IReadOnlyCollection<string> types, bool areDeleted, CancellationToken cancellationToken);

    /// <summary>Deletes the oldest events where all take more than so many bytes, until they take a tenth less.</summary>
    /// <returns>How many.</returns>
    Task<int> DeleteBeyondAsync(long maxBytes, CancellationToken cancellationToken);
}
