namespace AVServer.Contracts;

/// <summary>A stream that is open, or is to be by its source.</summary>
/// <param name="StreamId">Its name.</param>
/// <param name="Transport">How its media comes: <c>webSocket</c>, <c>put</c>, <c>hub</c> or <c>pull</c>; absent while it isn't
/// open.</param>
/// <param name="OpenedAt">Since when it is open, UTC; absent while it isn't.</param>
/// <param name="MediaTime">Media time of the last raw chunk; zero for a container, absent while it isn't open.</param>
/// <param name="Source">Where its media is pulled from; absent where it is sent.</param>
public sealed record StreamDetails(
    string StreamId,
    string? Transport = null,
    DateTimeOffset? OpenedAt = null,
    TimeSpan? MediaTime = null,
    SourceStatus? Source = null);
