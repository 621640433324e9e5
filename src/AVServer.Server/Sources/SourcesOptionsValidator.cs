using System.Net;
using AVServer.Media;
using AVServer.Media.Pull;
using AVServer.Server.Streams;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Sources;

/// <summary>The bounds of the attributes.</summary>
[OptionsValidator]
internal sealed partial class PullBoundsValidator : IValidateOptions<PullOptions>;

/// <summary>Names everything that is wrong with how media is pulled.</summary>
internal sealed class PullOptionsValidator : IValidateOptions<PullOptions>
{
    private readonly PullBoundsValidator _bounds = new();

    public ValidateOptionsResult Validate(string? name, PullOptions options)
    {
        List<string> failures = [.. options.AllowedNetworks.Where(network => !IPNetwork.TryParse(network, out _)).Select(network =>
            $"Expected networks like '192.168.1.0/24' in {PullOptions.Section}:{nameof(PullOptions.AllowedNetworks)}, got '{network}'.")];
        failures.AddRange(options.TrustedCertificates.Where(sum => !IsSha256(PullOptions.HexOf(sum))).Select(sum =>
            $"Expected 64 hexadecimal digits in {PullOptions.Section}:{nameof(PullOptions.TrustedCertificates)}, got '{sum}'."));
        if (options.FirstPause > options.LongestPause)
            failures.Add(
                $"Expected {PullOptions.Section}:{nameof(PullOptions.FirstPause)} of at most {nameof(PullOptions.LongestPause)} "
                + $"({options.LongestPause}), got {options.FirstPause}.");
        if (_bounds.Validate(name, options) is { Failed: true } bounds) failures.AddRange(bounds.Failures);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static bool IsSha256(string hex) => hex.Length == 64 && hex.All(char.IsAsciiHexDigit);
}

/// <summary>Names everything that is wrong with any source; an address is never shown, since a password may be in it.</summary>
internal sealed class SourcesOptionsValidator : IValidateOptions<SourcesOptions>
{
    public ValidateOptionsResult Validate(string? name, SourcesOptions options)
    {
        List<string> failures = [.. options.Sources.SelectMany((source, i) => Failures(source, $"{SourcesOptions.Section}:{i}"))];
        foreach (var twice in options.Sources.GroupBy(source => source.StreamId).Where(group => group.Count() > 1))
            failures.Add($"Expected a stream id of its own for each of {SourcesOptions.Section}, got '{twice.Key}' twice.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(SourceOptions source, string section)
    {
        if (!StreamIds.IsValid(source.StreamId)) yield return $"Expected a stream id as {section}:StreamId, got '{source.StreamId}'.";
        if (!source.Sound && !source.Pictures) yield return $"Expected {section}:Sound or {section}:Pictures, got neither.";
        if (FaultOf(source.Url) is { } fault) yield return $"{section}:Url: {fault}";
    }

    private static string? FaultOf(string url)
    {
        try
        {
            SourceAddress.Parse(url);
            return null;
        }
        catch (MediaException fault)
        {
            return fault.Message;
        }
    }
}
