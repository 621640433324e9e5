using System.Text.RegularExpressions;

namespace AVServer.Server.Observability;

/// <summary>Says of a parameter that the framework could not read what would have been taken.</summary>
internal static partial class BadParameter
{
    private const int LongestShown = 32;

    /// <summary>Explains it.</summary>
    /// <returns>Null where something else was wrong with the request.</returns>
    public static string? Explain(BadHttpRequestException bad)
    {
        if (Unread().Match(bad.Message) is not { Success: true } match) return null;
        var (type, name, value) = (match.Groups["type"].Value, match.Groups["name"].Value, match.Groups["value"].Value);
        var expected = type switch
        {
            "bool" => "true or false",
            "int" or "long" => "a whole number",
            "DateTimeOffset" => "a moment like 2026-11-29T10:00:00Z",
            _ => null,
        };
        if (expected is null) return null;
        return $"Expected {expected} as '{name}', got '{(value.Length <= LongestShown ? value : value[..LongestShown] + "…")}'.";
    }

    // As the framework words it: Failed to bind parameter "Nullable<bool> job" from "yes".
    [GeneratedRegex("""bind parameter "(Nullable<)?(?<type>\w+)>?\?? (?<name>\w+)" from "(?<value>.*)"\.""", RegexOptions.Singleline)]
    private static partial Regex Unread();
}
