using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AVServer.Media.Ffmpeg;

/// <summary>Says at a server's start in one sentence how decoders are kept apart, and stops it where they must be and can't.</summary>
internal sealed partial class SandboxReport(IOptions<MediaOptions> options, ILogger<SandboxReport> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            var isThere = await Sandbox.FindAsync(options.Value).ConfigureAwait(false) is not null;
            if (isThere) Log.Apart(logger);
            else if (options.Value.Sandbox == SandboxUse.Off) Log.Off(logger);
            else Log.None(logger);
        }
        catch (MediaException e)
        {
            throw new OptionsValidationException(MediaOptions.Section, typeof(MediaOptions), [e.Message]);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(1101, LogLevel.Information, "ffmpeg runs by bubblewrap: without network, and with no file but what it decodes.")]
        public static partial void Apart(ILogger logger);

        [LoggerMessage(1102, LogLevel.Warning, "ffmpeg runs as this server's user, with limits of memory and time but not kept from files "
            + "and network: bubblewrap is missing, or the system lets it make no namespaces.")]
        public static partial void None(ILogger logger);

        [LoggerMessage(1103, LogLevel.Information, "ffmpeg runs as this server's user, as Media:Sandbox says.")]
        public static partial void Off(ILogger logger);
    }
}
