using AVServer.Pipeline;
using AVServer.Runtime;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Configuration;

/// <summary>What keeps the server from starting and whoever started it can put right: told in sentences, without a stack trace.</summary>
internal static class StartFaults
{
    /// <summary>Explains a fault.</summary>
    /// <returns>One line for each thing that is wrong; null where the fault is the server's own.</returns>
    public static string? Explain(Exception fault) => fault switch
    {
        AggregateException several when several.InnerExceptions.All(one => one is OptionsValidationException) =>
            string.Join(Environment.NewLine, several.InnerExceptions.Select(Explain)),
        OptionsValidationException options => string.Join(Environment.NewLine, options.Failures),
        SetupException or ModelStoreException or UnknownModelException or KeywordException => fault.Message,
        // What the binder and the readers of settings files say names the setting or the file.
        InvalidOperationException
            when fault.Message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal) => fault.Message,
        InvalidDataException { InnerException: { } reason } => $"{fault.Message} {reason.Message}",
        _ => null,
    };
}
