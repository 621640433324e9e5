using AVServer.Server.Storage.History;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Storage.Clips;

/// <summary>The bounds of the attributes.</summary>
[OptionsValidator]
internal sealed partial class ClipBoundsValidator : IValidateOptions<ClipOptions>;

/// <summary>Clips belong to events that are kept.</summary>
internal sealed class ClipOptionsValidator(IOptions<HistoryOptions> history) : IValidateOptions<ClipOptions>
{
    public ValidateOptionsResult Validate(string? name, ClipOptions options) => !options.IsOn || history.Value.IsOn
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail(
            "Expected History:Provider beside History:Clips:Path, got none: a clip belongs to an event that is kept. Name a provider, or "
            + "leave the path out.");
}
