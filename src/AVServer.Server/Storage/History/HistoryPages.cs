using System.Runtime.CompilerServices;
using AVServer.Contracts;

namespace AVServer.Server.Storage.History;

/// <summary>Reads a history however long it is.</summary>
internal static class HistoryPages
{
    private const int PageSize = 200;

    /// <summary>All events in the order in which they were kept, those too that are kept meanwhile.</summary>
    /// <param name="store">Where they are.</param>
    /// <param name="streamId">Only this stream's; null: all.</param>
    /// <param name="place">Beyond this place; null: from the first on.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    public static async IAsyncEnumerable<StreamEvent> ReadAllAsync(
        this IHistoryStore store, string? streamId, long? place, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await store.QueryAsync(new HistoryQuery(streamId, null, null, null, null, place, PageSize), cancellationToken);
            foreach (var (at, kept) in page)
            {
                place = at;
                yield return kept;
            }
            if (page.Count < PageSize) yield break;
        }
    }
}
