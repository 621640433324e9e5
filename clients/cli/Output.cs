using System.Text.Json;
using AVServer.Client;
using AVServer.Contracts;
using AVServer.Media;
using AVServer.Pipeline;
using Microsoft.Extensions.Options;

namespace AVServer.Cli;

/// <summary>What the commands print: one JSON value a line on standard output, words for people on standard error.</summary>
internal static class Output
{
    /// <summary>Exit code of a run in which something could not be done.</summary>
    public const int Failed = 1;

    public static void Write<T>(TextWriter output, T value) => output.WriteLine(JsonSerializer.Serialize(value, ContractsJson.Options));

    /// <summary>
    /// Runs a command; what the user can do something about becomes a sentence and an exit code instead of a stack trace.
    /// </summary>
    public static async Task<int> GuardAsync(Func<Task<int>> run, TextWriter error)
    {
        try
        {
            return await run();
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("av: stopped");
            return 130;
        }
        catch (Exception exception) when (CodeOf(exception) is not null)
        {
            await error.WriteLineAsync($"av: {exception.Message}");
            return Failed;
        }
    }

    /// <summary>Short name of a failure that a user can do something about; null for a defect.</summary>
    public static string? CodeOf(Exception exception) => exception switch
    {
        ServerRefusedException refused => refused.Code,
        ServerUnreachableException => "unreachable",
        MediaException media => media.Code,
        Runtime.UnknownModelException => FaultCodes.UnknownModel,
        Runtime.ModelStoreException => "badModels",
        OptionsValidationException => "refused",
        KeywordException => FaultCodes.BadKeyword,
        SetupException => "notInstalled",
        IOException or UnauthorizedAccessException => "unreadable",
        _ => null,
    };
}
