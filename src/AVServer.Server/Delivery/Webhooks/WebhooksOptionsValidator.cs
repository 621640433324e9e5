using AVServer.Server.Events;
using AVServer.Server.Observability;
using AVServer.Server.Streams;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Delivery.Webhooks;

/// <summary>The bounds of the attributes, of one address.</summary>
[OptionsValidator]
internal sealed partial class WebhookBoundsValidator : IValidateOptions<WebhookOptions>;

/// <summary>Names everything that is wrong with any address.</summary>
internal sealed class WebhooksOptionsValidator : IValidateOptions<WebhooksOptions>
{
    private readonly WebhookBoundsValidator _bounds = new();

    public ValidateOptionsResult Validate(string? name, WebhooksOptions options)
    {
        List<string> failures = [.. options.Hooks.SelectMany((hook, i) => Failures(hook, $"{WebhooksOptions.Section}:{i}"))];
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<string> Failures(WebhookOptions hook, string section)
    {
        if (!Uri.TryCreate(hook.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            yield return $"Expected {section}:Url like 'https://example.org/events', got '{hook.Url}'.";
        else if (url.UserInfo.Length > 0)
            yield return $"Expected {section}:Url without a user or password, since addresses are logged; the signature tells the receiver "
                + "who sends.";
        if (hook.Secret.Length < WebhookOptions.MinSecretLength)
            yield return $"Expected {section}:Secret of at least {WebhookOptions.MinSecretLength} characters, got {hook.Secret.Length}; "
                + "'whsec_' and the output of 'openssl rand -base64 32' is one.";
        else if (WebhookSecret.KeyOf(hook.Secret) is null)
            yield return $"Expected base64 after 'whsec_' in {section}:Secret, got something else.";
        foreach (var type in hook.Types.Except(EventTypes.Kept))
            yield return $"Expected {section}:Types out of {string.Join(", ", EventTypes.Kept)}; got '{type}'.";
        foreach (var stream in hook.Streams.Where(stream => !IsStreamId(stream)))
            yield return $"Expected stream ids in {section}:Streams, got '{stream}'.";
        if (hook.DeadLetterPath is not null && string.IsNullOrWhiteSpace(hook.DeadLetterPath))
            yield return $"Expected a file name in {section}:DeadLetterPath, got white space; leave it out to keep nothing.";
        if (_bounds.Validate(null, hook) is { Failed: true } bounds)
            foreach (var failure in bounds.Failures) yield return $"{section}: {failure}";
    }

    private static bool IsStreamId(string text)
    {
        try
        {
            StreamIds.Check(text);
            return true;
        }
        catch (RefusedException)
        {
            return false;
        }
    }
}
