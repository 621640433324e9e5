namespace AVServer.Server.Security;

/// <summary>What keys take on other nodes, as it was last heard; nothing where there are none. Thread-safe.</summary>
internal sealed class UsageOfOthers
{
    private static readonly Dictionary<string, KeyUsage> Nothing = [];

    private volatile Dictionary<string, KeyUsage> _byAccount = Nothing;

    /// <summary>Whether there are other nodes, which are told what is taken here.</summary>
    public bool AreThere { get; set; }

    /// <summary>What one account takes.</summary>
    public KeyUsage Of(string account) => _byAccount.GetValueOrDefault(account);

    /// <summary>Forgets what was heard before.</summary>
    /// <param name="byAccount">What each account takes on all other nodes together; not changed later.</param>
    public void Set(Dictionary<string, KeyUsage> byAccount) => _byAccount = byAccount;

    /// <summary>Counts no others, as when they can't be heard.</summary>
    public void Clear() => _byAccount = Nothing;
}
