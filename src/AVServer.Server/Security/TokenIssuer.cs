using System.Security.Cryptography;
using AVServer.Contracts;
using AVServer.Server.Observability;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AVServer.Server.Security;

/// <summary>Signs short-lived tokens for browsers, which can't keep a key to themselves.</summary>
internal sealed class TokenIssuer(IOptions<SecurityOptions> options, TimeProvider time)
{
    /// <summary>What the tokens say of who issued them, and for whom.</summary>
    public const string Name = "avserver";

    public const int MaxSeconds = 3_600;

    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>
    /// That of the settings where several servers take each other's tokens, or else one that nobody but this process knows.
    /// </summary>
    public SymmetricSecurityKey Key { get; } =
        options.Value.TokenKey is { } given ? SigningKeys.FromBase64(given)!
            : new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(SigningKeys.MinBytes));

    /// <summary>Issues a token that may no more than its asker.</summary>
    /// <param name="asker">Who asks.</param>
    /// <param name="expires">When what the asker brought ends; null where it doesn't. The token doesn't outlast it.</param>
    /// <param name="request">What the token is to be for.</param>
    /// <exception cref="RefusedException">It would be for more than the asker may, or for nothing.</exception>
    public AccessToken Issue(Grant asker, DateTimeOffset? expires, TokenRequest request)
    {
        if (request.Seconds is < 1 or > MaxSeconds)
            throw new RefusedException(FaultCodes.BadRequest,
                $"Expected 1 to {MaxSeconds} seconds, got {request.Seconds}; ask for another token when this one ends.");
        IReadOnlyCollection<string> scopes = request.Scopes is null ? asker.Scopes : [.. request.Scopes.Distinct()];
        IReadOnlyCollection<string> streams = request.Streams is null ? asker.Streams : [.. request.Streams.Distinct()];
        if (scopes.Count == 0 || scopes.Except(Scope.All).Any())
            throw new RefusedException(FaultCodes.BadRequest,
                $"Expected scopes out of {string.Join(", ", Scope.All)}; got none or others.");
        if (streams.Count == 0 || !streams.All(StreamPattern.IsValid))
            throw new RefusedException(FaultCodes.BadRequest, "Expected streams by id or like 'kitchen*'; got none or something else.");
        foreach (var scope in scopes)
            foreach (var stream in streams) Permission.Demand(asker, scope, stream);
        var now = time.GetUtcNow();
        var ends = now.AddSeconds(request.Seconds);
        if (expires < ends) ends = expires.Value;
        if (ends <= now) throw new RefusedException(FaultCodes.Unauthorized,
            "Expected a token that has not ended, got one at its very end; bring another.");
        var grant = new Grant(asker.Name, scopes, streams, asker.Key);
        return new AccessToken(Sign(grant, now, ends), ends, [.. scopes], [.. streams]);
    }

    private string Sign(Grant grant, DateTimeOffset now, DateTimeOffset ends)
    {
        var claims = new Dictionary<string, object>
        {
            [Grant.NameClaim] = grant.Name,
            [Grant.ScopeClaim] = string.Join(' ', grant.Scopes),
            [Grant.StreamsClaim] = grant.Streams.ToArray(),
        };
        if (grant.Key is not null) claims[Grant.KeyClaim] = grant.Key;
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Name,
            Audience = Name,
            Claims = claims,
            NotBefore = now.UtcDateTime,
            Expires = ends.UtcDateTime,
            SigningCredentials = new SigningCredentials(Key, SecurityAlgorithms.HmacSha256),
        });
    }
}
