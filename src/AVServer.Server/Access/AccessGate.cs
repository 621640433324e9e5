using AVServer.Contracts;
using AVServer.Server.Problems;

namespace AVServer.Server.Access;

/// <summary>Lets a request through to a guarded endpoint, or answers 401 or 403.</summary>
internal sealed class AccessGate(RequestDelegate next, ApiKey apiKey, OriginPolicy origins)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var isGuarded = context.GetEndpoint()?.Metadata.GetMetadata<Guarded>() is not null;
        var originAllowed = !isGuarded || origins.Allows(request);
        // A browser asks before it sends the key along.
        var keyAllowed = !isGuarded || HttpMethods.IsOptions(request.Method) || apiKey.Allows(request);
        RemoveKey(request);
        if (!originAllowed)
            return Problem.Of(FaultCodes.ForbiddenOrigin, "Expected a page of this server or of an origin under Server:Access:AllowedOrigins, got another.").ExecuteAsync(context);
        if (!keyAllowed)
            return Problem.Of(FaultCodes.Unauthorized, $"Expected the API key in the header {ApiKey.Header} or the query's {ApiKey.QueryName}, got none or a wrong one.").ExecuteAsync(context);
        return next(context);
    }

    // Whatever logs the URL from here on does not see the key.
    private static void RemoveKey(HttpRequest request)
    {
        if (!request.Query.ContainsKey(ApiKey.QueryName)) return;
        request.QueryString = QueryString.Create(request.Query.Where(pair => pair.Key != ApiKey.QueryName));
    }
}
