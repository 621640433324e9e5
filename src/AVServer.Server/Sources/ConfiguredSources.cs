using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Observability;
using AVServer.Server.Security;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Sources;

/// <summary>Begins with the sources of the settings.</summary>
internal sealed class ConfiguredSources(ISharedSources sources, IOptions<SourcesOptions> options) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < options.Value.Sources.Count; i++)
        {
            try
            {
                await sources.AddAsync(options.Value.Sources[i].ToRequest(), Grant.Anyone, cancellationToken);
            }
            catch (RefusedException busy) when (busy.Code == FaultCodes.StreamBusy)
            {
                // Another node, whose settings are the same, pulls it.
            }
            catch (RefusedException refused)
            {
                throw new SetupException($"{SourcesOptions.Section}:{i}: {refused.Message}");
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
