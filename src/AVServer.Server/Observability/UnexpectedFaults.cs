using AVServer.Pipeline;

namespace AVServer.Server.Observability;

/// <summary>Logs what nobody expected, once, and gives the id under which it is found there.</summary>
internal sealed partial class UnexpectedFaults(ILogger<UnexpectedFaults> logger)
{
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
