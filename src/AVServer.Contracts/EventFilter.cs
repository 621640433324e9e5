namespace AVServer.Contracts;

/// <summary>Which events a subscriber wants; absent members let everything pass.</summary>
/// <param name="StreamId">Only this stream.</param>
/// <param name="Types">Only these wire names, e.g. <c>wakeWord</c>; absent means all but <c>telemetry</c>.</param>
/// <param name="After">
/// With <paramref name="StreamId"/>: begin after this place with what can still be had, from the history too where the server has one; a
/// <see cref="LostEvent"/> comes first where
/// something can't. Absent: what happens from now on.
/// </param>
public sealed record EventFilter(string? StreamId = null, IReadOnlyList<string>? Types = null, EventCursor? After = null);
