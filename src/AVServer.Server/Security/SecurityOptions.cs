namespace AVServer.Server.Security;

/// <summary>Who may use the server, from the section <c>Security</c>; checked before the port opens.</summary>
public sealed class SecurityOptions
{
    public const string Section = "Security";

    /// <summary>The shortest key that is taken: 16 characters.</summary>
    public const int MinKeyLength = 16;

    /// <summary>One key that opens everything, as clients send it. Default: absent.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Keys by name, each with what it opens. Default: none.</summary>
    public IList<KeyOptions> Keys { get; set; } = [];

    /// <summary>
    /// Host names besides localhost and this machine's own by which the server is reached, e.g. <c>av.example.org</c>. Addresses need not
    /// be named. Default: none.
    /// </summary>
    public IList<string> Hosts { get; set; } = [];

    /// <summary>Origins of web pages besides the server's own that may use it, e.g. <c>https://example.org</c>. Default: none.</summary>
    public IList<string> AllowedOrigins { get; set; } = [];

    /// <summary>
    /// Whether whoever reaches the server may use it, and so may listen at more than this machine's loopback without a key. Default false.
    /// </summary>
    public bool Open { get; set; }

    /// <summary>Tokens of an identity provider. Default: none is taken.</summary>
    public JwtOptions Jwt { get; set; } = new();

    /// <summary>
    /// Signs the tokens of <c>POST /api/tokens</c>, in base64, at least 32 bytes: where several servers take each other's. Default: a key
    /// of the process's own.
    /// </summary>
    public string? TokenKey { get; set; }

    /// <summary>What each key may take of the server.</summary>
    public KeyLimitOptions Limits { get; set; } = new();

    /// <summary>Whether callers must say who they are.</summary>
    internal bool IsGuarded => ApiKey is not null || Keys.Count > 0 || Jwt.IsSet;
}
