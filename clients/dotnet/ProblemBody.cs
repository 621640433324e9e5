using System.Net;
using System.Text.Json;
using AVServer.Contracts;

namespace AVServer.Client;

/// <summary>Problem details, as far as a client branches on them.</summary>
internal sealed record ProblemBody(string? Code = null, string? Title = null, string? Detail = null)
{
    public static async Task<ServerRefusedException> ReadAsync(HttpStatusCode status, Stream body, CancellationToken cancellationToken)
    {
        ProblemBody? problem = null;
        try
        {
            problem = await JsonSerializer.DeserializeAsync<ProblemBody>(body, ContractsJson.Options, cancellationToken);
        }
        catch (JsonException)
        {
            // A proxy's page; the status has to do.
        }
        return new ServerRefusedException(
            problem?.Code
                ?? FaultCodes.Internal, problem?.Detail ?? problem?.Title ?? $"The server answered with HTTP status {(int)status}.");
    }
}
