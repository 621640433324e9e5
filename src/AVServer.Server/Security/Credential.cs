using Microsoft.Extensions.Primitives;

namespace AVServer.Server.Security;

/// <summary>The key or token that a request brought, taken out of it: whatever logs headers or the URL from then on sees none.</summary>
internal sealed record Credential(string? Text)
{
    public const string Header = "X-Api-Key";

    // For browsers' WebSockets and EventSource, which can't set a header.
    public const string QueryName = "access_token";

    private const string BearerPrefix = "Bearer ";

    /// <summary>Takes it out of the request and keeps it beside.</summary>
    public static IApplicationBuilder UseCredentials(IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Features.Set(new Credential(Find(context.Request)));
        RemoveFrom(context.Request);
        return next(context);
    });

    public static string? Of(HttpContext context) => context.Features.Get<Credential>()?.Text;

    private static string? Find(HttpRequest request)
    {
        if (request.Headers.TryGetValue(Header, out var header)) return header;
        if (request.Headers.Authorization is [{ } bearer]
            && bearer.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase)) return bearer[BearerPrefix.Length..];
        return request.Query.TryGetValue(QueryName, out var query) && !StringValues.IsNullOrEmpty(query) ? (string?)query : null;
    }

    private static void RemoveFrom(HttpRequest request)
    {
        request.Headers.Remove(Header);
        request.Headers.Authorization = StringValues.Empty;
        if (request.Query.ContainsKey(QueryName))
            request.QueryString = QueryString.Create(request.Query.Where(pair =>
                !pair.Key.Equals(QueryName, StringComparison.OrdinalIgnoreCase)));
    }
}
