using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AVServer.Server.Security;

/// <summary>Two kinds of tokens by the framework's own handler: those of an identity provider, and those that this server issued.</summary>
internal static class TokenSchemes
{
    private const string Provider = "Jwt";
    private const string Own = "Token";
    private const string Selector = "Caller";
    private static readonly TimeSpan ClocksDiffer = TimeSpan.FromSeconds(10);
    private static readonly JsonWebTokenHandler Reader = new();

    /// <summary>Adds them, and the choice among them and the keys by what a request brought.</summary>
    /// <returns>Name of the scheme that chooses.</returns>
    public static string AddTokens(this AuthenticationBuilder authentication)
    {
        // Not AddJwtBearer: it reads settings of another section.
        authentication.AddScheme<JwtBearerOptions, JwtBearerHandler>(Provider, null);
        authentication.AddScheme<JwtBearerOptions, JwtBearerHandler>(Own, null);
        authentication.AddPolicyScheme(Selector, null, options => options.ForwardDefaultSelector = SchemeOf);
        var services = authentication.Services;
        services.AddSingleton<TokenIssuer>();
        services.AddOptions<JwtBearerOptions>(Own).Configure<TokenIssuer, KeyRing>((options, issuer, keys) =>
        {
            Configure(options, issuer.Key, TokenIssuer.Name, TokenIssuer.Name);
            options.Events.OnTokenValidated = context => AcceptAsync(context, grant => grant.Key is null || keys.Has(grant.Key));
        });
        services.AddOptions<JwtBearerOptions>(Provider).Configure<IOptions<SecurityOptions>>((options, security) =>
        {
            if (security.Value.Jwt is not { IsSet: true } jwt) return;
            Configure(options, jwt.Key is { } key ? SigningKeys.FromBase64(key)! : SigningKeys.FromPem(jwt.PublicKeyPath!)!, jwt.Issuer!,
                jwt.Audience!);
            options.Events.OnTokenValidated = context => AcceptAsync(context, _ => true);
        });
        return Selector;
    }

    private static void Configure(JwtBearerOptions options, SecurityKey key, string issuer, string audience)
    {
        options.MapInboundClaims = false;
        options.TokenValidationParameters = new TokenValidationParameters
        {
            IssuerSigningKey = key,
            ValidAlgorithms = SigningKeys.AlgorithmsOf(key),
            ValidIssuer = issuer,
            ValidAudience = audience,
            ClockSkew = ClocksDiffer,
            NameClaimType = Grant.NameClaim,
        };
        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = context =>
            {
                context.Token = Credential.Of(context.HttpContext);
                return Task.CompletedTask;
            },
        };
    }

    // What the token grants in the one form that routes ask for; of the rest of its claims nothing is taken over.
    private static Task AcceptAsync(TokenValidatedContext context, Func<Grant, bool> accepts)
    {
        var grant = GrantOf((JsonWebToken)context.SecurityToken, isOwn: context.Scheme.Name == Own);
        if (accepts(grant)) context.Principal = grant.ToPrincipal(context.Scheme.Name);
        else context.Fail("The key by which the token was given is no longer there.");
        return Task.CompletedTask;
    }

    private static Grant GrantOf(JsonWebToken token, bool isOwn)
    {
        string[] streams = token.TryGetPayloadValue<object>(Grant.StreamsClaim, out _) ? Values(token, Grant.StreamsClaim)
            : [StreamPattern.Every];
        var key = isOwn && token.TryGetPayloadValue<string>(Grant.KeyClaim, out var name) ? name : null;
        return new Grant(token.Subject is { Length: > 0 } subject ? subject : "token",
            [.. Values(token, Grant.ScopeClaim).Intersect(Scope.All)], [.. streams.Where(StreamPattern.IsValid)], key);
    }

    // Providers write several values as an array or as one text with spaces.
    private static string[] Values(JsonWebToken token, string claim) =>
        [.. token.Claims.Where(found => found.Type == claim).SelectMany(found =>
            found.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Distinct()];

    private static string SchemeOf(HttpContext context)
    {
        var services = context.RequestServices;
        if (!services.GetRequiredService<KeyRing>().IsGuarded || Credential.Of(context) is not { } text
            || !Reader.CanReadToken(text)) return ApiKeyHandler.SchemeName;
        var issuer = IssuerOf(text);
        if (issuer == TokenIssuer.Name) return Own;
        return services.GetRequiredService<IOptions<SecurityOptions>>().Value.Jwt.IsSet && issuer is not null ? Provider
            : ApiKeyHandler.SchemeName;
    }

    private static string? IssuerOf(string text)
    {
        try
        {
            return Reader.ReadJsonWebToken(text).Issuer;
        }
        catch (Exception exception) when (exception is ArgumentException or SecurityTokenException)
        {
            return null;
        }
    }
}
