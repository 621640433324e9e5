using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Observability;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;

namespace AVServer.Server.Security;

/// <summary>Short-lived tokens: a web application's own server, which has a key, asks for one for each of its visitors.</summary>
internal static class TokensEndpoint
{
    private const int MaxBodyBytes = 16 << 10;
    private const string Example = """{"scopes":["publish"],"streams":["kitchen"],"seconds":300}""";

    public static IEndpointRouteBuilder MapTokens(this IEndpointRouteBuilder routes)
    {
        routes.MapLazily(HttpMethods.Post, Routes.Tokens, IssueAsync)
            .WithSummary("Issues a token that ends by itself, for no more than its asker may. It is sent as a key is: as Bearer, or as "
                + "access_token in the query.")
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes))
            .Accepts<TokenRequest>("application/json")
            .Produces<AccessToken>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        return routes;
    }

    private static async Task<AccessToken> IssueAsync(HttpContext context, TokenIssuer issuer)
    {
        var expires = context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.ExpiresUtc;
        return issuer.Issue(Grant.Of(context.User), expires, await ReadAsync(context.Request, context.RequestAborted));
    }

    internal static async Task<TokenRequest> ReadAsync(HttpRequest body, CancellationToken cancellationToken)
    {
        if (!body.HasJsonContentType())
            throw new RefusedException(FaultCodes.UnsupportedMedia, $"Expected application/json like {Example}, got another content type.");
        try
        {
            return await body.ReadFromJsonAsync<TokenRequest>(ContractsJson.Options, cancellationToken) ?? throw Malformed("$");
        }
        catch (JsonException exception)
        {
            throw Malformed(exception.Path);
        }
    }

    private static RefusedException Malformed(string? where) =>
        new(FaultCodes.BadRequest, $"Expected something like {Example}; got something else, at {where ?? "$"}.");
}
