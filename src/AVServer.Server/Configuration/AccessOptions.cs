namespace AVServer.Server.Configuration;

/// <summary>Who may use the server, from the section <c>Server:Access</c>; checked before the port opens.</summary>
public sealed class AccessOptions
{
    public const string Section = "Server:Access";

    /// <summary>The shortest key that is taken: 16 characters.</summary>
    public const int MinKeyLength = 16;

    /// <summary>
    /// What <c>X-Api-Key</c>, <c>Authorization: Bearer</c> or <c>access_token</c> in the query must hold. Default: absent, everyone may.
    /// </summary>
    public string? ApiKey { get; set; }

    /// <summary>Origins of web pages besides the server's own that may use it, e.g. <c>https://example.org</c>. Default: none.</summary>
    public IList<string> AllowedOrigins { get; set; } = [];
}
