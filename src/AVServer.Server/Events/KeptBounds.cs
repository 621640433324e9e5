namespace AVServer.Server.Events;

/// <summary>How much is kept of one type of one stream's events.</summary>
/// <param name="Count">Most events.</param>
/// <param name="Bytes">Most bytes of them as JSON.</param>
/// <param name="Age">Longest time since one was published.</param>
internal readonly record struct KeptBounds(int Count, long Bytes, TimeSpan Age);
