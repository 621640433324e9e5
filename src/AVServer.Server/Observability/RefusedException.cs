using System.Globalization;
using System.Security.Cryptography;
using AVServer.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AVServer.Server.Observability;

/// <summary>
/// What was asked can't be done, and the asker is told why: a problem over HTTP, a fault and a close code on a socket, an error on the hub.
/// </summary>
/// <param name="code">One of <see cref="Contracts.FaultCodes"/>.</param>
/// <param name="message">What was expected, what came, what to do.</param>
internal sealed class RefusedException(string code, string message) : Exception(message)
{
    private const int ShortestWaitSeconds = 3;
    private const int LongestWaitSeconds = 10;

    public string Code { get; } = code;

    /// <summary>What everyone is told who comes while the server shuts down.</summary>
    public static RefusedException Stopping() => new(FaultCodes.ServerStopping, "The server is shutting down; connect again later.");

    /// <summary>
    /// Seconds after which it is worth trying again, as the header has them; null where nobody knows. Those who found no room are told
    /// different ones, that they don't come back in step.
    /// </summary>
    public string? RetryAfter { get; init; } = code is FaultCodes.ServerBusy or FaultCodes.ServerStopping
        ? RandomNumberGenerator.GetInt32(ShortestWaitSeconds, LongestWaitSeconds + 1).ToString(CultureInfo.InvariantCulture)
        : null;

    /// <summary>The problem that tells it, with its header set.</summary>
    public ProblemHttpResult ToProblem(HttpResponse response)
    {
        if (RetryAfter is not null) response.Headers.RetryAfter = RetryAfter;
        return Problem.Of(Code, Message);
    }
}
