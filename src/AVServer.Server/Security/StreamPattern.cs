using AVServer.Server.Streams;

namespace AVServer.Server.Security;

/// <summary>Streams by name: one id, or with a <c>*</c> at its end all ids that begin so.</summary>
internal static class StreamPattern
{
    /// <summary>Every stream there may be.</summary>
    public const string Every = "*";

    public static bool IsValid(string? pattern) => pattern is not null && (pattern == Every || StreamIds.IsValid(Stem(pattern)));

    /// <exception cref="Observability.RefusedException">It is no pattern.</exception>
    public static void Check(string? pattern)
    {
        if (pattern != Every) StreamIds.Check(Stem(pattern ?? ""));
    }

    /// <summary>Whether the first stands for all streams that the second stands for.</summary>
    public static bool Covers(string pattern, string other) =>
        pattern.EndsWith('*') ? other.StartsWith(Stem(pattern), StringComparison.Ordinal) : pattern == other;

    private static string Stem(string pattern) => pattern.EndsWith('*') ? pattern[..^1] : pattern;
}
