using Microsoft.Extensions.Options;

namespace AVServer.Server.Configuration;

internal sealed class AccessOptionsValidator : IValidateOptions<AccessOptions>
{
    public ValidateOptionsResult Validate(string? name, AccessOptions options)
    {
        var failures = new List<string>();
        if (options.ApiKey is { Length: < AccessOptions.MinKeyLength } key)
            failures.Add($"Expected {AccessOptions.Section}:{nameof(options.ApiKey)} of at least {AccessOptions.MinKeyLength} characters, got {key.Length}; choose a longer one or leave it out.");
        foreach (var origin in options.AllowedOrigins)
            if (!IsOrigin(origin))
                failures.Add($"Expected {AccessOptions.Section}:{nameof(options.AllowedOrigins)} like 'https://example.org' without a path, got '{origin}'.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority) == text;
}
