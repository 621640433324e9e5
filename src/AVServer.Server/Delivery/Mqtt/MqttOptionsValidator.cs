using System.Security.Cryptography;
using AVServer.Server.Events;
using AVServer.Server.Streams;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Delivery.Mqtt;

[OptionsValidator]
internal sealed partial class MqttBoundsValidator : IValidateOptions<MqttOptions>;

/// <summary>Names everything that is wrong, and no password.</summary>
internal sealed class MqttOptionsValidator : IValidateOptions<MqttOptions>
{
    private const string Section = MqttOptions.Section;

    private readonly MqttBoundsValidator _bounds = new();

    public ValidateOptionsResult Validate(string? name, MqttOptions options)
    {
        List<string> failures = [.. options.IsOn ? Failures(options) : FailuresOfNone(options)];
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> FailuresOfNone(MqttOptions options)
    {
        if (options.User is not null || options.Password is not null || options.PasswordPath is not null
            || options.DiscoveryPrefix is not null)
            yield return $"Expected {Section}:Broker like 'mqtt://localhost:1883' beside the other settings of {Section}, got none.";
    }

    private IEnumerable<string> Failures(MqttOptions options)
    {
        var secured = options.Broker!.StartsWith(MqttBroker.SecureScheme + ":", StringComparison.OrdinalIgnoreCase);
        if (!Uri.TryCreate(options.Broker, UriKind.Absolute, out var broker)
            || broker.Scheme is not (MqttBroker.PlainScheme or MqttBroker.SecureScheme) || broker.Host.Length == 0
            || broker.PathAndQuery is not ("" or "/"))
            // Not told what was got: it may hold a password.
            yield return $"Expected {Section}:Broker like 'mqtt://localhost:1883', or 'mqtts://broker.example.org' by TLS, and nothing "
                + "behind the port.";
        else if (broker.UserInfo.Length > 0)
            yield return $"Expected {Section}:Broker without a user or password, since addresses are logged; give {Section}:User and "
                + $"{Section}:PasswordPath.";
        foreach (var failure in CredentialFailures(options).Concat(TopicFailures(options))) yield return failure;
        if (!secured && (options.AuthorityPath ?? options.CertificatePath ?? options.CertificateKeyPath) is not null)
            yield return $"Expected {Section}:Broker that begins with mqtts:// where certificates are given; without TLS they are not "
                + "looked at.";
        foreach (var failure in CertificateFailures(options)) yield return failure;
        if (options.LongestPause < options.FirstPause)
            yield return $"Expected {Section}:LongestPause of at least {Section}:FirstPause, got {options.LongestPause} and "
                + $"{options.FirstPause}.";
        if (_bounds.Validate(null, options) is { Failed: true } bounds)
            foreach (var failure in bounds.Failures) yield return $"{Section}: {failure}";
    }

    private static IEnumerable<string> CredentialFailures(MqttOptions options)
    {
        if (options.Password is not null && options.PasswordPath is not null)
            yield return $"Expected {Section}:Password or {Section}:PasswordPath, got both; leave one out.";
        if (options.User is null && (options.Password is not null || options.PasswordPath is not null))
            yield return $"Expected {Section}:User beside the password, got none.";
        if (options.PasswordPath is not null && WhyUnreadable(() => File.ReadAllText(options.PasswordPath)) is { } reason)
            yield return $"Expected {Section}:PasswordPath '{options.PasswordPath}' to be a file that can be read, got: {reason}";
    }

    private static IEnumerable<string> TopicFailures(MqttOptions options)
    {
        if (!IsPrefix(options.Prefix))
            yield return $"Expected {Section}:Prefix like 'avserver' or 'house/avserver', without +, # and empty levels, got "
                + $"'{options.Prefix}'.";
        if (options.DiscoveryPrefix is not null && !IsPrefix(options.DiscoveryPrefix))
            yield return $"Expected {Section}:DiscoveryPrefix like 'homeassistant', without +, # and empty levels, got "
                + $"'{options.DiscoveryPrefix}'.";
        foreach (var type in options.Types.Except(EventTypes.Kept))
            yield return $"Expected {Section}:Types out of {string.Join(", ", EventTypes.Kept)}; got '{type}'.";
        foreach (var stream in options.Streams.Where(stream => !StreamIds.IsValid(stream)))
            yield return $"Expected stream ids in {Section}:Streams, got '{stream}'.";
    }

    private static IEnumerable<string> CertificateFailures(MqttOptions options)
    {
        if (options.AuthorityPath is not null && WhyUnreadable(() => MqttBroker.ReadAuthorities(options.AuthorityPath)) is { } authority)
            yield return $"Expected {Section}:AuthorityPath '{options.AuthorityPath}' to be a PEM file with certificates, got: {authority}";
        if (options.CertificatePath is not null && WhyUnreadable(() => MqttBroker.ReadCertificate(options)?.Dispose()) is { } own)
            yield return $"Expected {Section}:CertificatePath '{options.CertificatePath}' to be a PEM file with a certificate, and its "
                + $"unencrypted key there or in {Section}:CertificateKeyPath, got: {own}";
        if (options.CertificatePath is null && options.CertificateKeyPath is not null)
            yield return $"Expected {Section}:CertificatePath beside {Section}:CertificateKeyPath, got none.";
    }

    private static string? WhyUnreadable(Action read)
    {
        try
        {
            read();
            return null;
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return exception.Message;
        }
    }

    // '$' begins the broker's own topics.
    private static bool IsPrefix(string text) =>
        text.Length is > 0 and <= 200 && text[0] != '$' && text.AsSpan().IndexOfAnyInRange('\0', ' ') < 0
            && text.AsSpan().IndexOfAny('+', '#') < 0 && text.Split('/').All(level => level.Length > 0);
}
