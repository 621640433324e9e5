using AVServer.Pipeline;

namespace AVServer.Server.Observability;

/// <summary>Takes down what went wrong: refusals are counted, what nobody expected is logged.</summary>
internal sealed partial class FaultReports(ServerMetrics metrics, ILogger<FaultReports> logger)
{
    /// <summary>Counts a refusal.</summary>
    /// <param name="code">One of <see cref="Contracts.FaultCodes"/>.</param>
    public void Refused(string code) => metrics.Refused(code);

    /// <summary>Logs what nobody expected, once.</summary>
    /// <returns>The id under which it is found in the log.</returns>
    public string Report(Exception exception)
    {
        var id = FaultId.New();
        Log.Failed(logger, id, exception);
        return id;
    }

    private static partial class Log
    {
        [LoggerMessage(LogEventIds.Unexpected, LogLevel.Error, "The server failed, {Id}.")]
        public static partial void Failed(ILogger logger, string id, Exception exception);
    }
}
