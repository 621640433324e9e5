namespace AVServer.Client;

/// <summary>Why something asked of a server was not done.</summary>
public abstract class AVServerException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>The server answered, and said no.</summary>
/// <param name="code">One of <see cref="Contracts.FaultCodes"/>; <c>idle</c> when nothing was sent for too long.</param>
/// <param name="message">What was expected, what came, what to do; for people.</param>
public sealed class ServerRefusedException(string code, string message) : AVServerException(message)
{
    /// <summary>One of <see cref="Contracts.FaultCodes"/>; <c>idle</c> when nothing was sent for too long.</summary>
    public string Code { get; } = code;
}

/// <summary>The server could not be reached, or the connection broke.</summary>
public sealed class ServerUnreachableException(string message, Exception? innerException = null)
    : AVServerException(message, innerException);
