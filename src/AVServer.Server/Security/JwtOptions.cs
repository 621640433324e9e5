namespace AVServer.Server.Security;

/// <summary>
/// Tokens of an identity provider, from the section <c>Security:Jwt</c>. Nothing is asked of the provider: its key is given here.
/// </summary>
public sealed class JwtOptions
{
    /// <summary>Who issues them, as their <c>iss</c> has it. Default: absent, no such token is taken.</summary>
    public string? Issuer { get; set; }

    /// <summary>For whom they must be, as their <c>aud</c> has it; needed beside <see cref="Issuer"/>.</summary>
    public string? Audience { get; set; }

    /// <summary>The key that both share, in base64, at least 32 bytes; this or <see cref="PublicKeyPath"/>.</summary>
    public string? Key { get; set; }

    /// <summary>A PEM file with the provider's public key, RSA or elliptic curve.</summary>
    public string? PublicKeyPath { get; set; }

    internal bool IsSet => Issuer is not null || Audience is not null || Key is not null || PublicKeyPath is not null;
}
