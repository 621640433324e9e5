using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>One live stream.</summary>
/// <param name="StreamId">Its name, already validated.</param>
/// <param name="Hello">The format of its chunks.</param>
/// <param name="Telemetry">Whether somebody may look: adds <see cref="TelemetryEvent"/>s.</param>
public sealed record StreamRequest(string StreamId, MediaHello Hello, bool Telemetry = false)
{
    /// <summary>Words that this stream listens for beside those of all streams.</summary>
    public IReadOnlyList<KeywordRequest> Words { get; init; } = [];

    /// <summary>Hears the sound as it was decoded. Absent: nobody does.</summary>
    public ISoundTap? Tap { get; init; }
}
