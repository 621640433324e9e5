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
            bool ffmpeg = await Sandbox.FindAsync(options.Value).ConfigureAwait(false) is not null;
            bool pictures = await Sandbox.FindAsync(options.Value, DecoderProgram.Pictures).ConfigureAwait(false) is not null;
            if (options.Value.Sandbox == SandboxUse.Off) Log.Off(logger);
            else if (ffmpeg && pictures) Log.Apart(logger);
            else Log.None(logger, ffmpeg ? "What decodes pictures" : pictures ? "ffmpeg" : "What decodes media");
        }
        catch (MediaException e)
        {
            throw new OptionsValidationException(MediaOptions.Section, typeof(MediaOptions), [e.Message]);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(
            LogEventIds.DecoderSandboxed, LogLevel.Information,
            "What decodes media runs by bubblewrap: without network, and with no file but what it "
            + "decodes.")]
        public static partial void Apart(ILogger logger);

        [LoggerMessage(
            LogEventIds.DecoderNotSandboxed, LogLevel.Warning,
            "{Decoder} runs as this server's user, with limits of memory and time but not kept from "
            + "files and network: bubblewrap is missing, or the system lets it make no namespaces.")]
        public static partial void None(ILogger logger, string decoder);

        [LoggerMessage(
            LogEventIds.SandboxOff, LogLevel.Information, "What decodes media runs as this server's user, as Media:Sandbox says.")]
        public static partial void Off(ILogger logger);
    }
}
