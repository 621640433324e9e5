using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Security;

internal sealed class SecurityOptionsValidator : IValidateOptions<SecurityOptions>
{
    public ValidateOptionsResult Validate(string? name, SecurityOptions options)
    {
        string[] failures = [.. KeyFailures(options), .. TokenFailures(options), .. HostFailures(options),
            .. LimitFailures(options.Limits)];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> KeyFailures(SecurityOptions options)
    {
        if (options.ApiKey is { Length: < SecurityOptions.MinKeyLength } key)
            yield return $"Expected {SecurityOptions.Section}:{nameof(options.ApiKey)} of at least {SecurityOptions.MinKeyLength} "
                + $"characters, got {key.Length}; choose a longer one or leave it out.";
        var names = new HashSet<string>(StringComparer.Ordinal) { nameof(options.ApiKey) };
        foreach (var (i, entry) in options.Keys.Index())
        {
            var setting = $"{SecurityOptions.Section}:{nameof(options.Keys)}:{i}";
            if (string.IsNullOrWhiteSpace(entry.Name) || !names.Add(entry.Name))
                yield return $"Expected {setting}:{nameof(entry.Name)} that no other key has, got '{entry.Name}'.";
            if (entry.Sha256 is not { Length: 2 * SHA256.HashSizeInBytes } digest || !digest.All(char.IsAsciiHexDigit))
                yield return $"Expected {setting}:{nameof(entry.Sha256)} of {2 * SHA256.HashSizeInBytes} hexadecimal digits, got "
                    + $"something else; 'av keys new' makes a key and prints it.";
            if (entry.Scopes.Count == 0 || entry.Scopes.Except(Scope.All).Any())
                yield return $"Expected {setting}:{nameof(entry.Scopes)} out of {string.Join(", ", Scope.All)}, got "
                    + $"{(entry.Scopes.Count == 0 ? "none" : string.Join(", ", entry.Scopes))}.";
            foreach (var pattern in entry.Streams.Where(pattern => !StreamPattern.IsValid(pattern)))
                yield return $"Expected {setting}:{nameof(entry.Streams)} with ids of streams or like 'kitchen*', got '{pattern}'.";
        }
    }

    private static IEnumerable<string> TokenFailures(SecurityOptions options)
    {
        const string Base64 = "in base64 and of at least 32 bytes, as 'openssl rand -base64 32' prints it";
        if (options.TokenKey is { } tokenKey && SigningKeys.FromBase64(tokenKey) is null)
            yield return $"Expected {SecurityOptions.Section}:{nameof(options.TokenKey)} {Base64}, got something else.";
        if (options.Jwt is not { IsSet: true } jwt) yield break;
        const string Section = $"{SecurityOptions.Section}:{nameof(options.Jwt)}";
        if (string.IsNullOrEmpty(jwt.Issuer) || string.IsNullOrEmpty(jwt.Audience) || jwt.Key is null == jwt.PublicKeyPath is null)
            yield return $"Expected {Section} with {nameof(jwt.Issuer)}, {nameof(jwt.Audience)} and one of {nameof(jwt.Key)} and "
                + $"{nameof(jwt.PublicKeyPath)}; one is missing or too many.";
        if (jwt.Issuer == TokenIssuer.Name)
            yield return $"Expected {Section}:{nameof(jwt.Issuer)} other than '{TokenIssuer.Name}', which is the server's own.";
        if (jwt.Key is { } key && SigningKeys.FromBase64(key) is null)
            yield return $"Expected {Section}:{nameof(jwt.Key)} {Base64}, got something else.";
        if (jwt.PublicKeyPath is { } path && SigningKeys.FromPem(path) is null)
            yield return $"Expected {Section}:{nameof(jwt.PublicKeyPath)} with a PEM file of an RSA (2,048 bits and more) or elliptic "
                + $"curve key, got '{path}'; see that it exists and can be read.";
    }

    private static IEnumerable<string> HostFailures(SecurityOptions options)
    {
        foreach (var host in options.Hosts)
            if (Uri.CheckHostName(host) != UriHostNameType.Dns || !System.Text.Ascii.IsValid(host))
                yield return $"Expected {SecurityOptions.Section}:{nameof(options.Hosts)} with names like 'av.example.org', without "
                    + $"scheme and port, got '{host}'.";
        foreach (var origin in options.AllowedOrigins)
            if (!IsOrigin(origin))
                yield return $"Expected {SecurityOptions.Section}:{nameof(options.AllowedOrigins)} like 'https://example.org' without a "
                    + $"path, got '{origin}'.";
    }

    private static IEnumerable<string> LimitFailures(KeyLimitOptions limits)
    {
        var found = new List<ValidationResult>();
        Validator.TryValidateObject(limits, new ValidationContext(limits), found, validateAllProperties: true);
        return found.Select(failure => $"{SecurityOptions.Section}:{nameof(SecurityOptions.Limits)}: {failure.ErrorMessage}");
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            && uri.GetLeftPart(UriPartial.Authority) == text;
}
