namespace AVServer.Contracts;

/// <summary>An open stream, as <c>/api/streams</c> lists it.</summary>
/// <param name="StreamId">Its name.</param>
/// <param name="Transport">How its media comes: <c>webSocket</c>, <c>put</c>, <c>hub</c> or <c>pull</c>.</param>
/// <param name="OpenedAt">Since when, UTC.</param>
/// <param name="MediaTime">Media time of the last raw chunk; zero for a container.</param>
/// <param name="Node">Name of the node that it is sent to; absent where there is one server.</param>
public sealed record StreamSummary(
    string StreamId, string Transport, DateTimeOffset OpenedAt, TimeSpan MediaTime, string? Node = null);
