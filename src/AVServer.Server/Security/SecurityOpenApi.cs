using AVServer.Contracts;
using AVServer.Server.Observability;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AVServer.Server.Security;

/// <summary>Tells how a key or token is sent, and which scope each route needs.</summary>
internal static class SecurityOpenApi
{
    private static readonly Dictionary<string, IOpenApiSecurityScheme> Schemes = new()
    {
        ["key"] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = Credential.Header,
            Description = "A key, or a token."
        },
        ["bearer"] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = $"A token of POST {Routes.Tokens} or of Security:Jwt, or a key."
        },
        ["query"] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Query,
            Name = Credential.QueryName,
            Description = "For browsers' sockets and EventSource, which can't set a header.",
        },
    };

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = Schemes;
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            if (!metadata.OfType<IAuthorizeData>().Any()) return Task.CompletedTask;
            var needed = metadata.OfType<Permission>().LastOrDefault();
            List<string> scopes = needed is null ? [] : [needed.Scope];
            operation.Security = [.. Schemes.Keys.Select(scheme =>
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = scopes })];
            operation.Description = needed is null ? "For any key or token."
                : $"Needs a key or token with the scope '{needed.Scope}', where the server asks for one.";
            ProblemOpenApi.Add(operation, "401", "No key or token, or one that is not taken.");
            ProblemOpenApi.Add(operation, "403", "It lacks the scope or is for other streams, or comes from a page of elsewhere.");
            ProblemOpenApi.Add(operation, "429", "A limit of the key was reached; Retry-After says when to come back.");
            return Task.CompletedTask;
        });
    }
}
