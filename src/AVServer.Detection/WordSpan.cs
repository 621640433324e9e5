namespace AVServer.Detection;

/// <summary>Where a word lies, in seconds of media time.</summary>
/// <param name="Start">Its beginning.</param>
/// <param name="End">Its end.</param>
public readonly record struct WordSpan(double Start, double End)
{
    /// <summary>Shortest word that is believed, in seconds.</summary>
    public const double ShortestSeconds = 0.2;

    /// <summary>Longest word that is believed, in seconds.</summary>
    public const double LongestSeconds = 1.5;

    /// <summary>Makes a span of a verifier's two regressions, which are estimates and may contradict each other.</summary>
    /// <param name="at">Media time at the end of the verifier's window, in seconds.</param>
    /// <param name="sinceStart">Estimated seconds from the word's beginning to <paramref name="at"/>.</param>
    /// <param name="sinceEnd">Estimated seconds from the word's end to <paramref name="at"/>; below 0 while it is still being said.</param>
    /// <returns>A span that begins at or after 0 and lasts from <see cref="ShortestSeconds"/> to <see cref="LongestSeconds"/>.</returns>
    public static WordSpan Estimate(double at, double sinceStart, double sinceEnd)
    {
        var end = Math.Max(at - sinceEnd, ShortestSeconds);
        var duration = Math.Clamp(sinceStart - sinceEnd, ShortestSeconds, LongestSeconds);
        return new WordSpan(Math.Max(0, end - duration), end);
    }
}
