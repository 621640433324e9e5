using System.Text;

namespace AVServer.Server.Delivery.Webhooks;

/// <summary>What a signature is made with, as the configuration writes it.</summary>
internal static class WebhookSecret
{
    private const string EncodedPrefix = "whsec_";

    /// <summary>The key's bytes: of base64 after <c>whsec_</c>, or of the text itself.</summary>
    /// <returns><see langword="null"/> where something else stands after <c>whsec_</c>.</returns>
    public static byte[]? KeyOf(string secret)
    {
        if (!secret.StartsWith(EncodedPrefix, StringComparison.Ordinal)) return Encoding.UTF8.GetBytes(secret);
        var key = new byte[secret.Length];
        return Convert.TryFromBase64String(secret[EncodedPrefix.Length..], key, out var length) && length > 0 ? key[..length] : null;
    }
}
