namespace AVServer.Server.Security;

/// <summary>A key out of <c>Security:Keys</c>. <c>av keys new</c> makes one and prints these settings.</summary>
public sealed class KeyOptions
{
    /// <summary>What it is called where it is spoken of; no other key is called so.</summary>
    public string Name { get; set; } = "";

    /// <summary>SHA-256 of the key's UTF-8 text, 64 hexadecimal digits: the key itself need not be written down.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>What it opens: <c>publish</c>, <c>subscribe</c>, <c>score</c>, <c>admin</c>.</summary>
    public IList<string> Scopes { get; set; } = [];

    /// <summary>Streams that it may name, as ids or like <c>kitchen*</c>. Default: every stream.</summary>
    public IList<string> Streams { get; set; } = [];
}
