namespace AVServer.Server.Problems;

/// <summary>What was asked can't be done, and the asker is told why: a problem over HTTP, a fault and a close code on a socket, an error on the hub.</summary>
/// <param name="code">One of <see cref="Contracts.FaultCodes"/>.</param>
/// <param name="message">What was expected, what came, what to do.</param>
internal sealed class RefusedException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}
