using AVServer.Pipeline;

namespace AVServer.Server.Streams;

/// <summary>
/// Warms the pipeline up before the port opens: hosted services start in the order of their registration, the web server last. So nobody
/// is heard by a cold server, and nothing that is made once is taken for too much to do.
/// </summary>
internal sealed class WarmStart(IStreamPipeline pipeline) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => pipeline.WarmUpAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
