using AVServer.Pipeline;

namespace AVServer.Server.Streams;

/// <summary>
/// Warms the pipeline up before the port opens: hosted services start in the order of their registration, the web server last. So nobody
/// is heard by a cold server, and nothing that is made once is taken for too much to do.
/// </summary>
/// <param name="pipeline">What is warmed up.</param>
/// <param name="logger">Told where that fails: streams will say more, each of its own.</param>
internal sealed partial class WarmStart(IStreamPipeline pipeline, ILogger<WarmStart> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await pipeline.WarmUpAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.WarmUpFailed(logger, e);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(
            LogEventIds.WarmUpFailed, LogLevel.Warning, "The models could not be warmed up; the first streams will wait for them.")]
        public static partial void WarmUpFailed(ILogger logger, Exception exception);
    }
}
