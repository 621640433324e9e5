namespace AVServer.Contracts;

/// <summary>The sound around one event, where clips are kept.</summary>
/// <param name="StreamId">The event's stream.</param>
/// <param name="Sequence">The event's number.</param>
/// <param name="At">When the event was published.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Bytes">The file's length.</param>
/// <param name="Path">Where the server gives it, as WAV.</param>
public sealed record ClipSummary(string StreamId, long Sequence, DateTimeOffset At, string Name, long Bytes, string Path);
