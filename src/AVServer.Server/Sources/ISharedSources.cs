using AVServer.Contracts;
using AVServer.Server.Observability;
using AVServer.Server.Security;

namespace AVServer.Server.Sources;

/// <summary>The sources of all nodes. A process by itself has its own.</summary>
internal interface ISharedSources
{
    /// <summary>Begins to pull, on this node.</summary>
    /// <param name="request">What.</param>
    /// <param name="grant">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait for words.</param>
    /// <exception cref="RefusedException">It can't be pulled, it is pulled already, there are too many, or the other nodes can't be
    /// told.</exception>
    /// <exception cref="Media.MediaException">It is at no address that could be pulled from.</exception>
    Task<PulledSource> AddAsync(SourceRequest request, Grant grant, CancellationToken cancellationToken);

    /// <summary>Ends a source, whichever node it is on, and its stream where that is this node.</summary>
    /// <returns>False where there is none.</returns>
    /// <exception cref="RefusedException">The other nodes can't be told.</exception>
    Task<bool> RemoveAsync(string streamId, CancellationToken cancellationToken);

    /// <summary>Ends a source of this node, where it is still the one of its stream.</summary>
    Task RemoveAsync(PulledSource source);

    /// <summary>How it goes with each, by stream id.</summary>
    /// <exception cref="RefusedException">The other nodes can't be asked.</exception>
    Task<IReadOnlyList<SourceStatus>> AllAsync();

    /// <summary>How it goes with one; null where there is none.</summary>
    /// <exception cref="RefusedException">It isn't on this node, and the others can't be asked.</exception>
    Task<SourceStatus?> FindAsync(string streamId);
}
