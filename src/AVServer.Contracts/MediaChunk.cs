namespace AVServer.Contracts;

/// <summary>The transport unit of an upload, typically 80–100 ms of sound, one picture, or a piece of a container.</summary>
/// <param name="Kind">What <paramref name="Payload"/> holds.</param>
/// <param name="Time">Media time of the first sample or of the picture; ignored for <see cref="MediaKind.Container"/>.</param>
/// <param name="Payload">The bytes, owned by the receiver from here on.</param>
public sealed record MediaChunk(MediaKind Kind, TimeSpan Time, ReadOnlyMemory<byte> Payload);
