using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AVServer.Server.Webhooks;

/// <summary>
/// Signs what is posted, after the Standard Webhooks specification (standardwebhooks.com), for which receivers find a library in most languages:
/// <c>webhook-signature: v1,BASE64(HMAC-SHA256(secret, id.timestamp.body))</c>.
/// </summary>
internal sealed class WebhookSignature(string secret)
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    private const string EncodedPrefix = "whsec_";

    private readonly byte[] _key = KeyOf(secret) ?? throw new ArgumentException($"Expected base64 after '{EncodedPrefix}'.", nameof(secret));

    /// <summary>Whether a secret can be read.</summary>
    public static bool IsSecret(string secret) => KeyOf(secret) is not null;

    /// <summary>Adds the three headers.</summary>
    /// <param name="request">What is posted.</param>
    /// <param name="id">The same for each attempt at one event, so that a receiver can leave out what it has.</param>
    /// <param name="sentAt">The moment of this attempt; receivers refuse what is too old.</param>
    /// <param name="body">The bytes that are posted.</param>
    public void Sign(HttpRequestMessage request, string id, DateTimeOffset sentAt, ReadOnlySpan<byte> body)
    {
        var timestamp = sentAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hmac.AppendData(Encoding.ASCII.GetBytes($"{id}.{timestamp}."));
        hmac.AppendData(body);
        request.Headers.Add(IdHeader, id);
        request.Headers.Add(TimestampHeader, timestamp);
        request.Headers.Add(SignatureHeader, $"v1,{Convert.ToBase64String(hmac.GetHashAndReset())}");
    }

    private static byte[]? KeyOf(string secret)
    {
        if (!secret.StartsWith(EncodedPrefix, StringComparison.Ordinal)) return Encoding.UTF8.GetBytes(secret);
        var key = new byte[secret.Length];
        return Convert.TryFromBase64String(secret[EncodedPrefix.Length..], key, out var length) && length > 0 ? key[..length] : null;
    }
}
