using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace AVServer.Media.Pull;

/// <summary>Shows RTSP servers who asks, by Digest (RFC 2617, as RTSP 1.0 has it) or Basic.</summary>
/// <param name="credential">User and password.</param>
internal sealed partial class RtspAuthorization(NetworkCredential credential)
{
    private string? _realm;
    private string? _nonce;
    private string? _opaque;
    private bool _hasQuality;
    private bool _isBasic;
    private int _count;

    /// <summary>Takes what a server asks for.</summary>
    /// <returns>False where it can't be given.</returns>
    public bool TryAccept(IEnumerable<string> challenges)
    {
        string[] all = [.. challenges];
        if (all.FirstOrDefault(IsDigest) is { } digest)
        {
            var parameters = Parameter().Matches(digest).ToDictionary(
                match => match.Groups["name"].Value.ToLowerInvariant(), match => match.Groups["value"].Value);
            (_realm, _nonce, _opaque) =
                (parameters.GetValueOrDefault("realm"), parameters.GetValueOrDefault("nonce", ""), parameters.GetValueOrDefault("opaque"));
            (_hasQuality, _count) = (parameters.TryGetValue("qop", out var qualities) && qualities.Split(',', ' ').Contains("auth"), 0);
            return true;
        }

        return _isBasic = all.Any(challenge => challenge.StartsWith("Basic", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The header's value for a request; null before a server asked.</summary>
    public string? For(string method, string target)
    {
        if (_nonce is null)
        {
            byte[] shown = Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}");
            return _isBasic ? $"Basic {Convert.ToBase64String(shown)}" : null;
        }

        var secret = Hash($"{credential.UserName}:{_realm}:{credential.Password}");
        var request = Hash($"{method}:{target}");
        var opaque = _opaque is null ? "" : $", opaque=\"{_opaque}\"";
        var who = $"Digest username=\"{credential.UserName}\", realm=\"{_realm}\", nonce=\"{_nonce}\", uri=\"{target}\"{opaque}";
        if (!_hasQuality) return $"{who}, response=\"{Hash($"{secret}:{_nonce}:{request}")}\"";
        var count = (++_count).ToString("x8", CultureInfo.InvariantCulture);
        var own = RandomNumberGenerator.GetHexString(16, lowercase: true);
        return $"{who}, qop=auth, nc={count}, cnonce=\"{own}\", response=\"{Hash($"{secret}:{_nonce}:{count}:{own}:auth:{request}")}\"";
    }

    private static bool IsDigest(string challenge) =>
        challenge.StartsWith("Digest", StringComparison.OrdinalIgnoreCase)
        && (!challenge.Contains("algorithm", StringComparison.OrdinalIgnoreCase)
            || OwnAlgorithm().IsMatch(challenge));

    // The protocol's own choice; cameras know no other.
#pragma warning disable CA5351
    private static string Hash(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351

    [GeneratedRegex("(?<name>\\w+)=(?:\"(?<value>[^\"]*)\"|(?<value>[^\\s,]+))")]
    private static partial Regex Parameter();

    [GeneratedRegex("(?i)algorithm=\"?MD5\"?(?![-\\w])")]
    private static partial Regex OwnAlgorithm();
}
