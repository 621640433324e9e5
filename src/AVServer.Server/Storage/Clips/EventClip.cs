namespace AVServer.Server.Storage.Clips;

/// <summary>The sound around one event.</summary>
/// <param name="StreamId">The event's stream.</param>
/// <param name="Sequence">The event's number.</param>
/// <param name="At">When the event was published.</param>
/// <param name="SampleRateHz">Of the samples.</param>
/// <param name="Samples">Mono, 16 bit.</param>
internal sealed record EventClip(string StreamId, long Sequence, DateTimeOffset At, int SampleRateHz, short[] Samples);
