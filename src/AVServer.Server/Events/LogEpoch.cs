namespace AVServer.Server.Events;

/// <summary>A part of a log that is over: another node took the stream up.</summary>
/// <param name="Name">The epoch.</param>
/// <param name="Last">Its last number.</param>
/// <param name="IsDoubtful">Whether there may have been more that only the node gave which is gone.</param>
internal sealed record LogEpoch(string Name, long Last, bool IsDoubtful);
