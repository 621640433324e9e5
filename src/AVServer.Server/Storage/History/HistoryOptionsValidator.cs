using System.Data.Common;
using AVServer.Server.Events;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Storage.History;

/// <summary>The bounds of the attributes.</summary>
[OptionsValidator]
internal sealed partial class HistoryBoundsValidator : IValidateOptions<HistoryOptions>;

/// <summary>What belongs together: the provider, its address, and types that exist.</summary>
internal sealed class HistoryOptionsValidator : IValidateOptions<HistoryOptions>
{
    public ValidateOptionsResult Validate(string? name, HistoryOptions options)
    {
        List<string> failures = [.. Failures(options)];
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(HistoryOptions options)
    {
        if (options.IsOn && options.Provider is not (HistoryOptions.Sqlite or HistoryOptions.Postgres))
            yield return $"Expected History:Provider '{HistoryOptions.Sqlite}' or '{HistoryOptions.Postgres}', got '{options.Provider}'; "
                + "leave it out to keep nothing.";
        if (options.Provider == HistoryOptions.Sqlite && string.IsNullOrWhiteSpace(options.Path))
            yield return "Expected History:Path beside History:Provider 'sqlite', got none; name the file to keep events in, e.g. "
                + "/var/lib/avserver/history.db.";
        if (options.Provider == HistoryOptions.Postgres && !IsConnectionString(options.ConnectionString))
            yield return "Expected History:ConnectionString like 'Host=…;Database=…;Username=…;Password=…' beside History:Provider "
                + "'postgres', got none or something else.";
        if (!options.IsOn && (options.Path is not null || options.ConnectionString is not null))
            yield return "Expected History:Provider beside History:Path or History:ConnectionString, got none; name one of sqlite and "
                + "postgres, or leave both out.";
        foreach (var type in options.Types.Except(EventTypes.Kept))
            yield return $"Expected History:Types out of {string.Join(", ", EventTypes.Kept)}; got '{type}'.";
        foreach (var failure in Failures(options.RetentionOf)) yield return failure;
    }

    private static IEnumerable<string> Failures(IDictionary<string, TimeSpan> retention)
    {
        foreach (var type in retention.Keys.Except(EventTypes.Kept))
            yield return $"Expected History:RetentionOf of types out of {string.Join(", ", EventTypes.Kept)}; got '{type}'.";
        foreach (var (type, time) in retention)
            if (time < TimeSpan.FromSeconds(1) || time > TimeSpan.FromDays(3_650))
                yield return $"Expected History:RetentionOf:{type} from 00:00:01 to 3650.00:00:00, got '{time}'.";
    }

    private static bool IsConnectionString(string? text)
    {
        try
        {
            return !string.IsNullOrWhiteSpace(text) && new DbConnectionStringBuilder { ConnectionString = text }.ContainsKey("Host");
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
