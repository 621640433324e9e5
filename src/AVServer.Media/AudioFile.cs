namespace AVServer.Media;

/// <summary>One file of many that were read.</summary>
/// <param name="Path">As it was given.</param>
/// <param name="Samples">Mono at the rate asked for; empty if <paramref name="Fault"/> is set.</param>
/// <param name="Fault">Why it can't be read; null if it was.</param>
public sealed record AudioFile(string Path, float[] Samples, MediaException? Fault);
