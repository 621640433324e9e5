namespace AVServer.Fuzz.Tests;

/// <summary>Every place where bytes of strangers are read by code of this project.</summary>
internal static class Parsers
{
    public static IReadOnlyList<Parser> All { get; } = [.. MediaParsers.All, .. CodedParsers.All, .. WireParsers.All, .. TextParsers.All];
}
