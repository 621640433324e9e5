using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>One live stream.</summary>
/// <param name="StreamId">Its name, already validated.</param>
/// <param name="Hello">The format of its chunks.</param>
/// <param name="Telemetry">Whether somebody may look: adds <see cref="TelemetryEvent"/>s.</param>
public sealed record StreamRequest(string StreamId, MediaHello Hello, bool Telemetry = false)
{
    /// <summary>Hears the sound as it was decoded. Absent: nobody does.</summary>
    public ISoundTap? Tap { get; init; }
}
