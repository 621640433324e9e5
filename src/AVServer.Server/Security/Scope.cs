namespace AVServer.Server.Security;

/// <summary>What a key or token may be for. One doesn't include another.</summary>
internal static class Scope
{
    /// <summary>Send media.</summary>
    public const string Publish = "publish";

    /// <summary>Receive events, live or kept, and clips; see streams and keywords.</summary>
    public const string Subscribe = "subscribe";

    /// <summary>Have files scored; see jobs and models.</summary>
    public const string Score = "score";

    /// <summary>Change keywords, delete what is kept, close streams, read metrics.</summary>
    public const string Admin = "admin";

    public static readonly IReadOnlyList<string> All = [Publish, Subscribe, Score, Admin];
}
