using AVServer.Server.Observability;

namespace AVServer.Server.Keywords;

/// <summary>The words of all nodes. A process by itself has its own.</summary>
internal interface ISharedKeywords
{
    /// <summary>Changes a word here, and on the other nodes as soon as that is done.</summary>
    /// <param name="text">Text or name of the word.</param>
    /// <param name="change">Changes it in this process's registry, or leaves it as it is.</param>
    /// <returns>What the change returned.</returns>
    /// <exception cref="RefusedException">The other nodes can't be told, so nothing was changed.</exception>
    Task<T> ChangeAsync<T>(string text, Func<Task<T>> change);
}
