using Microsoft.Extensions.Options;

namespace AVServer.Pipeline;

/// <summary>Whether and what for emotion is estimated.</summary>
public sealed class EmotionOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Emotion";

    /// <summary>
    /// What the estimates are for, in a few words. Absent, as by default: emotion is off. Purposes at work and in education are refused.
    /// </summary>
    public string? Purpose { get; set; }

    /// <summary>Folder name of the emotion model. Default <c>emotion</c>.</summary>
    public string Model { get; set; } = "emotion";

    /// <summary>Whether a purpose was declared.</summary>
    internal bool IsOn => !string.IsNullOrWhiteSpace(Purpose);
}

internal sealed class EmotionOptionsValidator : IValidateOptions<EmotionOptions>
{
    private const int MaxLength = 200;

    public ValidateOptionsResult Validate(string? name, EmotionOptions options)
    {
        if (!options.IsOn) return ValidateOptionsResult.Success;
        if (options.Purpose!.Length > MaxLength)
            return ValidateOptionsResult.Fail($"Emotion:Purpose: expected at most {MaxLength} characters, got {options.Purpose.Length}.");
        if (string.IsNullOrWhiteSpace(options.Model))
            return ValidateOptionsResult.Fail("Emotion:Model: expected the folder name of an emotion model, got nothing.");
        return ForbiddenPurposes.Find(options.Purpose) is { } found
            ? ValidateOptionsResult.Fail(
                $"Emotion:Purpose: '{options.Purpose}' is refused because of '{found}'. Inferring the emotions of people at the workplace "
                + "or in education is prohibited in the European Union "
                + "(AI Act, Regulation (EU) 2024/1689, Art. 5(1)(f)), and this server doesn't do it anywhere. Declare another purpose, or "
                + "remove the setting: then emotion is off.")
            : ValidateOptionsResult.Success;
    }
}
