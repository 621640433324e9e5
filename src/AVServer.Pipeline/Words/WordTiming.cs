namespace AVServer.Pipeline;

/// <summary>Times of a phone network's outputs.</summary>
internal static class WordTiming
{
    /// <summary>Time from one output to the next.</summary>
    public const double OutputSeconds = 0.03;
}
