using AVServer.Detection;

namespace AVServer.Pipeline;

/// <summary>Times of a phone network's outputs.</summary>
internal static class WordTiming
{
    /// <summary>Time from one output to the next.</summary>
    public const double OutputSeconds = 0.03;

    /// <summary>Where a word lies, in seconds.</summary>
    /// <param name="first">Its first output.</param>
    /// <param name="last">Its last.</param>
    /// <param name="origin">Time of output 0.</param>
    public static WordSpan Span(long first, long last, double origin = 0) =>
        new(origin + (first * OutputSeconds), origin + ((last + 1) * OutputSeconds));
}
