using System.Security.Cryptography;
using System.Text;
using AVServer.Server.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace AVServer.Server.Security;

/// <summary>
/// The keys as the settings have them now: a settings file that changes adds and revokes keys at once. Settings that can't be are not taken
/// over, and a server that asked for a key when it started never stops asking, whatever becomes of its settings.
/// </summary>
internal sealed partial class KeyRing : IDisposable
{
    private readonly IDisposable _changes;
    private volatile Entry[] _keys;

    public KeyRing(IOptionsFactory<SecurityOptions> options, IConfiguration configuration, ILogger<KeyRing> logger)
    {
        var first = options.Create(Options.DefaultName);
        IsGuarded = first.IsGuarded;
        _keys = EntriesOf(first);
        // Not an options monitor's own event, which tells nobody of settings that can't be.
        _changes = ChangeToken.OnChange(configuration.GetReloadToken, () => Reload(options, logger));
    }

    /// <summary>Whether callers must say who they are; decided when the server starts.</summary>
    public bool IsGuarded { get; }

    /// <summary>What a key opens; null where it is none of ours. Takes the same time for each.</summary>
    public Grant? Find(string key)
    {
        var digest = DigestOf(key);
        Grant? found = null;
        foreach (var entry in _keys)
            if (CryptographicOperations.FixedTimeEquals(digest, entry.Digest)) found = entry.Grant;
        return found;
    }

    /// <summary>Whether there is still a key of this name.</summary>
    public bool Has(string name) => _keys.Any(entry => entry.Grant.Name == name);

    public void Dispose() => _changes.Dispose();

    private void Reload(IOptionsFactory<SecurityOptions> options, ILogger logger)
    {
        try
        {
            var changed = options.Create(Options.DefaultName);
            _keys = EntriesOf(changed);
            if (!IsGuarded && changed.IsGuarded) Log.NeedsRestart(logger);
            else Log.Changed(logger, _keys.Length);
        }
        catch (Exception exception) when (StartFaults.Explain(exception) is { } reason)
        {
            Log.Refused(logger, reason);
        }
    }

    // Digests are of one length whatever was sent.
    private static byte[] DigestOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static Entry[] EntriesOf(SecurityOptions options)
    {
        var keys = options.Keys.Select(key =>
            new Entry(Convert.FromHexString(key.Sha256),
                new Grant(key.Name, [.. key.Scopes], key.Streams.Count == 0 ? [StreamPattern.Every] : [.. key.Streams], key.Name)));
        if (options.ApiKey is not { } one) return [.. keys];
        return [.. keys, new Entry(DigestOf(one),
            new Grant(nameof(options.ApiKey), Scope.All, [StreamPattern.Every], nameof(options.ApiKey)))];
    }

    private sealed record Entry(byte[] Digest, Grant Grant);

    private static partial class Log
    {
        [LoggerMessage(LogEventIds.KeysRefused, LogLevel.Error, "The keys stay as they were, since the settings can't be taken: {Reason}")]
        public static partial void Refused(ILogger logger, string reason);

        [LoggerMessage(LogEventIds.KeysChanged, LogLevel.Information, "The keys were read anew; there are {Count}.")]
        public static partial void Changed(ILogger logger, int count);

        [LoggerMessage(LogEventIds.KeysNeedRestart, LogLevel.Warning,
            "The settings have a key now, but this server started without one and lets everyone in; start it anew.")]
        public static partial void NeedsRestart(ILogger logger);
    }
}
