using System.Security.Claims;

namespace AVServer.Server.Security;

/// <summary>Who asks, and what they may. Travels with the request's user.</summary>
/// <param name="Name">Name of the key, or subject of the token.</param>
/// <param name="Scopes">Out of <see cref="Scope.All"/>.</param>
/// <param name="Streams">Patterns of the streams that they may name; without any, none.</param>
/// <param name="Key">Name of the key by which this was given, at first or second hand; null where a JWT gave it, or nobody is
/// asked.</param>
internal sealed record Grant(string Name, IReadOnlyCollection<string> Scopes, IReadOnlyCollection<string> Streams, string? Key = null)
{
    public const string NameClaim = "sub";
    public const string ScopeClaim = "scope";
    public const string StreamsClaim = "streams";
    public const string KeyClaim = "key";

    private static readonly Grant Nobody = new("nobody", [], []);

    /// <summary>Where nobody is asked for a key.</summary>
    public static Grant Anyone { get; } = new("anyone", Scope.All, [StreamPattern.Every]);

    /// <summary>Whether every stream may be named, those of others too.</summary>
    public bool HasEveryStream => Streams.Contains(StreamPattern.Every);

    /// <summary>Whether nobody was asked, as on a route that needs no key.</summary>
    public bool IsNobody => Scopes.Count == 0 && Streams.Count == 0;

    /// <summary>On whose account limits go: tokens on that of the key by which they were given.</summary>
    public string Account => Key is null ? $"token {Name}" : $"key {Key}";

    public static Grant Of(ClaimsPrincipal? user) => user?.Identities.OfType<Identity>().FirstOrDefault()?.Grant ?? Nobody;

    public bool HasScope(string scope) => Scopes.Contains(scope);

    /// <summary>Whether a stream, or all streams of a pattern, may be named.</summary>
    public bool HasStream(string streamOrPattern) => Streams.Any(pattern => StreamPattern.Covers(pattern, streamOrPattern));

    public ClaimsPrincipal ToPrincipal(string scheme) => new(new Identity(this, scheme));

    // The grant itself and not claims, out of which it would be put together again wherever a request is asked.
    private sealed class Identity(Grant grant, string? scheme)
        : ClaimsIdentity([new(NameClaim, grant.Name)], scheme, NameClaim, roleType: null)
    {
        public Grant Grant { get; } = grant;

        public override ClaimsIdentity Clone() => new Identity(Grant, AuthenticationType);
    }
}
