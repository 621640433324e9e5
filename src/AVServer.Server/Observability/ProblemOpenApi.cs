using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AVServer.Server.Observability;

/// <summary>Describes the problems that any route may answer with.</summary>
internal static class ProblemOpenApi
{
    private const string MediaType = "application/problem+json";

    private static readonly Dictionary<string, string> Descriptions = new()
    {
        ["400"] = "The request is not what the route takes; the detail says what is.",
        ["404"] = "There is no such thing.",
        ["409"] = "It can't be done now: somebody else does, or it isn't ready.",
        ["413"] = "It is larger than is taken.",
        ["415"] = "Its content type is none that is taken.",
        ["422"] = "It is no media that can be decoded.",
        ["502"] = "The source that media is to be pulled from can't be reached, gives no media or lets nobody in.",
        ["503"] = "The server has too much to do, stops, or waits for its database; Retry-After says when to come back.",
        ["507"] = "The server's disk has no room for it.",
    };

    public static void Configure(OpenApiOptions options)
    {
        options.AddOperationTransformer((operation, _, _) =>
        {
            foreach (var (status, response) in operation.Responses ?? [])
                if (Descriptions.TryGetValue(status, out var description)) response.Description = description;
            Add(operation, "421", "The request is for a host by which the server is not reached; see Security:Hosts.");
            Add(operation, "500", "The server failed; its log has more under the id that is told.");
            return Task.CompletedTask;
        });
    }

    /// <summary>Adds a problem to an operation.</summary>
    public static void Add(OpenApiOperation operation, string status, string description)
    {
        operation.Responses ??= [];
        operation.Responses[status] = new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType> { [MediaType] = new() },
        };
    }
}
