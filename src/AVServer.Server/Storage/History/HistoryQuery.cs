namespace AVServer.Server.Storage.History;

/// <summary>Which events of the past are wanted; absent members let everything pass.</summary>
/// <param name="StreamId">Only this stream's.</param>
/// <param name="Types">Only these wire names.</param>
/// <param name="Keyword">Only this wake word.</param>
/// <param name="From">Published at this moment or later.</param>
/// <param name="To">Published before this moment.</param>
/// <param name="After">Beyond this place, as a page before told it.</param>
/// <param name="Limit">At most so many.</param>
internal sealed record HistoryQuery(
    string? StreamId, IReadOnlyList<string>? Types, string? Keyword, DateTimeOffset? From, DateTimeOffset? To, long? After, int Limit);
