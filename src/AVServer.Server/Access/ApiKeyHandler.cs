using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using AVServer.Contracts;
using AVServer.Server.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace AVServer.Server.Access;

/// <summary>What the scheme compares with.</summary>
internal sealed class ApiKeyOptions : AuthenticationSchemeOptions
{
    /// <summary>Of the configured key; null where there is none and everyone may.</summary>
    public byte[]? Digest { get; set; }

    /// <summary>Digests are of one length whatever was sent.</summary>
    public static byte[] DigestOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}

/// <summary>Authenticates a request by the configured key, in a time that tells nothing of it, and answers 401 or 403 to one that is not let in.</summary>
internal sealed class ApiKeyHandler(IOptionsMonitor<ApiKeyOptions> options, ILoggerFactory loggers, UrlEncoder encoder, OriginPolicy origins)
    : AuthenticationHandler<ApiKeyOptions>(options, loggers, encoder)
{
    public const string SchemeName = "ApiKey";

    private const string Header = "X-Api-Key";

    // For browsers' WebSockets and EventSource, which can't set a header; removed from the request once read.
    private const string QueryName = "access_token";

    private const string BearerPrefix = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // A browser asks by OPTIONS before it sends the key along.
        var isAllowed = HttpMethods.IsOptions(Request.Method) || Options.Digest is not { } expected
            || (FindKey() is { } key && CryptographicOperations.FixedTimeEquals(ApiKeyOptions.DigestOf(key), expected));
        RemoveKey();
        return Task.FromResult(isAllowed
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(SchemeName)), SchemeName))
            : AuthenticateResult.NoResult());
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => origins.Allows(Request)
        ? Problem.Of(FaultCodes.Unauthorized, $"Expected the API key in the header {Header} or the query's {QueryName}, got none or a wrong one.").ExecuteAsync(Context)
        : HandleForbiddenAsync(properties);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problem.Of(FaultCodes.ForbiddenOrigin, "Expected a page of this server or of an origin under Server:Access:AllowedOrigins, got another.").ExecuteAsync(Context);

    private string? FindKey()
    {
        if (Request.Headers.TryGetValue(Header, out var header)) return header;
        if (Request.Headers.Authorization is { Count: 1 } authorization && authorization[0]!.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase))
            return authorization[0]![BearerPrefix.Length..];
        return Request.Query.TryGetValue(QueryName, out var query) && !StringValues.IsNullOrEmpty(query) ? (string?)query : null;
    }

    // Whatever logs the URL from here on does not see the key.
    private void RemoveKey()
    {
        if (!Request.Query.ContainsKey(QueryName)) return;
        Request.QueryString = QueryString.Create(Request.Query.Where(pair => pair.Key != QueryName));
    }
}
