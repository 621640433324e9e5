using System.ComponentModel.DataAnnotations;
using System.Net;
using AVServer.Media;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Delivery.Wyoming;

/// <summary>The bridge to Home Assistant's voice services, from the section <c>Wyoming</c>; checked before the port opens.</summary>
public sealed class WyomingOptions : IValidatableObject
{
    public const string Section = "Wyoming";

    /// <summary>TCP port, 10400 for other wake-word services; 0 takes a free one. Default: absent, the bridge is off.</summary>
    [Range(0, 65_535)]
    public int? Port { get; set; }

    /// <summary>
    /// Address of this machine to listen at; <c>0.0.0.0</c> for all. The protocol knows no key: whoever reaches the port may use it.
    /// Default <c>127.0.0.1</c>.
    /// </summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Connections at once. Default 64.</summary>
    [Range(1, 10_000)]
    [Limit(Beyond.Refused, "avserver.refusals")]
    public int MaxConnections { get; set; } = 64;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IPAddress.TryParse(Address, out _))
            yield return new ValidationResult(
                $"Expected {Section}:{nameof(Address)} that is an IP address of this machine, such as 127.0.0.1 or 0.0.0.0, got "
                + $"'{Address}'.", [nameof(Address)]);
    }
}

[OptionsValidator]
internal sealed partial class WyomingOptionsValidator : IValidateOptions<WyomingOptions>;
