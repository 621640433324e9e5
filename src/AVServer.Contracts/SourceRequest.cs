namespace AVServer.Contracts;

/// <summary>Live media that the server is to pull, and run as a stream.</summary>
/// <param name="StreamId">The stream that it becomes.</param>
/// <param name="Url">Where it is: <c>http</c>, <c>https</c>, <c>rtsp</c>, <c>rtsps</c>, <c>rtmp</c> or <c>rtmps</c>; with user and password
/// where it asks for them, which are never shown again.</param>
/// <param name="Sound">Whether its sound is heard.</param>
/// <param name="Pictures">Whether its pictures are looked at, where a model does so.</param>
/// <param name="Words">Texts of words that this stream listens for beside those of all streams.</param>
/// <param name="Telemetry">Whether somebody may look: adds <see cref="TelemetryEvent"/>s.</param>
public sealed record SourceRequest(
    string StreamId,
    string Url,
    bool Sound = true,
    bool Pictures = false,
    IReadOnlyList<string>? Words = null,
    bool Telemetry = false);
