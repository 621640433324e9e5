using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace AVServer.Server.Security;

/// <summary>
/// Keys that sign tokens, read from settings; each goes with its own algorithms only, so that no token is checked by a key of another kind.
/// </summary>
internal static class SigningKeys
{
    /// <summary>Shortest symmetric key, in bytes: as long as the digest of HMAC-SHA256.</summary>
    public const int MinBytes = 32;

    private const int MinRsaBits = 2_048;

    /// <summary>A symmetric key.</summary>
    /// <returns>Null where the text is no base64 of enough bytes.</returns>
    public static SymmetricSecurityKey? FromBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length >= MinBytes ? new SymmetricSecurityKey(bytes[..length])
            : null;
    }

    /// <summary>A public key.</summary>
    /// <returns>Null where the file can't be read or has none.</returns>
    public static AsymmetricSecurityKey? FromPem(string path)
    {
        try
        {
            var pem = File.ReadAllText(path);
            return (AsymmetricSecurityKey?)Rsa(pem) ?? Curve(pem);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static string[] AlgorithmsOf(SecurityKey key) => key switch
    {
        SymmetricSecurityKey => [SecurityAlgorithms.HmacSha256, SecurityAlgorithms.HmacSha384, SecurityAlgorithms.HmacSha512],
        ECDsaSecurityKey => [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512],
        _ => [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256,
            SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512],
    };

    private static RsaSecurityKey? Rsa(string pem)
    {
        var rsa = RSA.Create();
        return Reads(() => rsa.ImportFromPem(pem)) && rsa.KeySize >= MinRsaBits ? new RsaSecurityKey(rsa) : null;
    }

    private static ECDsaSecurityKey? Curve(string pem)
    {
        var curve = ECDsa.Create();
        return Reads(() => curve.ImportFromPem(pem)) ? new ECDsaSecurityKey(curve) : null;
    }

    private static bool Reads(Action import)
    {
        try
        {
            import();
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            return false;
        }
    }
}
