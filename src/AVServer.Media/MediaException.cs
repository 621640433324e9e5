namespace AVServer.Media;

/// <summary>
/// The input can't be used, or a limit was passed. The message names what was expected, what came and what to do, and holds no media.
/// </summary>
public sealed class MediaException : Exception
{
    /// <param name="code">One of <see cref="Contracts.FaultCodes"/>.</param>
    /// <param name="message">For people.</param>
    /// <param name="innerException">What it came from.</param>
    public MediaException(string code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>Short name for programs, one of <see cref="Contracts.FaultCodes"/>.</summary>
    public string Code { get; }
}
