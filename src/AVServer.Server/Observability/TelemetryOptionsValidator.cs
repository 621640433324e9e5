using Microsoft.Extensions.Options;

namespace AVServer.Server.Observability;

internal sealed class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>
{
    public ValidateOptionsResult Validate(string? name, TelemetryOptions options)
    {
        List<string> failures = [];
        if (!string.IsNullOrEmpty(options.OtlpEndpoint) && CollectorOf(options.OtlpEndpoint) is null)
            failures.Add(
                $"Expected {TelemetryOptions.Section}:{nameof(TelemetryOptions.OtlpEndpoint)} like 'http://localhost:4318', got "
                + $"'{options.OtlpEndpoint}'; correct it, or leave it out to send nothing.");
        if (options.TraceRatio is not (>= 0 and <= 1))
            failures.Add(
                $"Expected {TelemetryOptions.Section}:{nameof(TelemetryOptions.TraceRatio)} of 0 to 1, got {options.TraceRatio}.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    /// <summary>The collector's address with a slash at its end; null where the text is none.</summary>
    public static Uri? CollectorOf(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? new Uri(text!.TrimEnd('/') + "/") : null;
}
