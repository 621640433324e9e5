namespace AVServer.TestKit;

/// <summary>
/// How long tests wait for what must come: so long that a machine which is slow for a while fails nobody. What comes sooner is not waited
/// for.
/// </summary>
public static class TestTimeout
{
    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <summary>A token that is cancelled after <see cref="Longest"/>.</summary>
    public static CancellationToken Token() => new CancellationTokenSource(Longest).Token;
}
