using AVServer.Server.Security;

namespace AVServer.Server.Observability;

/// <summary>
/// Tells under a category of its own who ended, deleted or changed what: what an operator is asked for afterwards. Names and ids alone, no
/// key and nothing that was said.
/// </summary>
internal sealed partial class AuditLog(ILoggerFactory loggers)
{
    /// <summary>The category by which the lines are found, and sent elsewhere.</summary>
    public const string Category = "AVServer.Audit";

    private readonly ILogger _logger = loggers.CreateLogger(Category);

    /// <summary>Somebody did something.</summary>
    /// <param name="grant">Who.</param>
    /// <param name="action">What, as in "ended the stream".</param>
    /// <param name="target">To which of them.</param>
    public void Did(Grant grant, string action, string target) =>
        Log.Did(_logger, grant.Account, action, new string([.. target.Where(character => !char.IsControl(character))]));

    private static partial class Log
    {
        [LoggerMessage(LogEventIds.Audited, LogLevel.Information, "{Who} {Action} '{Target}'.")]
        public static partial void Did(ILogger logger, string who, string action, string target);
    }
}
