using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Security;

internal sealed class SecurityOptionsValidator : IValidateOptions<SecurityOptions>
{
    public ValidateOptionsResult Validate(string? name, SecurityOptions options)
    {
        string[] failures = [.. KeyFailures(options), .. HostFailures(options)];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> KeyFailures(SecurityOptions options)
    {
        if (options.ApiKey is { Length: < SecurityOptions.MinKeyLength } key)
            yield return $"Expected {SecurityOptions.Section}:{nameof(options.ApiKey)} of at least {SecurityOptions.MinKeyLength} characters, got {key.Length}; choose a longer one or leave it out.";
        var names = new HashSet<string>(StringComparer.Ordinal) { nameof(options.ApiKey) };
        foreach (var (i, entry) in options.Keys.Index())
        {
            var setting = $"{SecurityOptions.Section}:{nameof(options.Keys)}:{i}";
            if (string.IsNullOrWhiteSpace(entry.Name) || !names.Add(entry.Name))
                yield return $"Expected {setting}:{nameof(entry.Name)} that no other key has, got '{entry.Name}'.";
            if (entry.Sha256 is not { Length: 2 * SHA256.HashSizeInBytes } digest || !digest.All(char.IsAsciiHexDigit))
                yield return $"Expected {setting}:{nameof(entry.Sha256)} of {2 * SHA256.HashSizeInBytes} hexadecimal digits, got something else; 'av keys new' makes a key and prints it.";
            if (entry.Scopes.Count == 0 || entry.Scopes.Except(Scope.All).Any())
                yield return $"Expected {setting}:{nameof(entry.Scopes)} out of {string.Join(", ", Scope.All)}, got {(entry.Scopes.Count == 0 ? "none" : string.Join(", ", entry.Scopes))}.";
            foreach (var pattern in entry.Streams.Where(pattern => !StreamPattern.IsValid(pattern)))
                yield return $"Expected {setting}:{nameof(entry.Streams)} with ids of streams or like 'kitchen*', got '{pattern}'.";
        }
    }

    private static IEnumerable<string> HostFailures(SecurityOptions options)
    {
        foreach (var host in options.Hosts)
            if (Uri.CheckHostName(host) != UriHostNameType.Dns || !System.Text.Ascii.IsValid(host))
                yield return $"Expected {SecurityOptions.Section}:{nameof(options.Hosts)} with names like 'av.example.org', without scheme and port, got '{host}'.";
        foreach (var origin in options.AllowedOrigins)
            if (!IsOrigin(origin))
                yield return $"Expected {SecurityOptions.Section}:{nameof(options.AllowedOrigins)} like 'https://example.org' without a path, got '{origin}'.";
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority) == text;
}
