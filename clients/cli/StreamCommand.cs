using System.CommandLine;
using AVServer.Client;
using AVServer.Contracts;
using AVServer.Media;

namespace AVServer.Cli;

/// <summary><c>av stream</c>: a file, a device or standard input becomes a live stream.</summary>
internal static class StreamCommand
{
    public static Command Create()
    {
        var source = Source();
        var device = Device();
        var id = StreamId();
        var fast = new Option<bool>("--fast") { Description = "Send a file as fast as the server takes it, not at its own speed." };
        var rate = new Option<int>("--rate") { Description = "Standard input: samples per second.", DefaultValueFactory = _ => 16_000 };
        var channels = new Option<int>("--channels") { Description = "Standard input: channels.", DefaultValueFactory = _ => 1 };
        var quiet = new Option<bool>("--quiet") { Description = "Do not print the stream's events." };
        var words = WordsCommand.OfCall();
        var server = new ServerOptions();
        var command = new Command(
            "stream",
            "Sends a media file, a microphone or camera, or 16-bit PCM from standard input, as a live stream and prints its events, "
            + "one JSON line each.")
        {
            source, device, id, words, fast, rate, channels, quiet,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(source) is null == (result.GetValue(device) is null or []))
                result.AddError("stream: expected a file, - or --device, one of them.");
        });
        server.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Output.GuardAsync(async () =>
        {
            var output = parsed.InvocationConfiguration.Output;
            Action<StreamEvent>? print = parsed.GetValue(quiet) ? null : happened => Output.Write(output, happened);
            var format = new AudioFormat("pcm_s16le", parsed.GetValue(rate), parsed.GetValue(channels));
            using var client = server.ConnectPatiently(parsed);
            var closed = parsed.GetValue(source) switch
            {
                null => await PublishDevicesAsync(parsed.GetValue(device)!, PublishAsync, cancellationToken),
                "-" => await PublishAsync((
                    new MediaHello(MediaHello.CurrentProtocol, format),
                    PcmSource.Read(Console.OpenStandardInput(), format, cancellationToken))),
                var path => await PublishAsync(
                    await OpenAsync(path, parsed.GetValue(fast), parsed.InvocationConfiguration.Error, cancellationToken)),
            };
            return closed.Reason == CloseReason.Completed ? 0 : Output.Failed;

            Task<ClosedEvent> PublishAsync((MediaHello Hello, IAsyncEnumerable<MediaChunk> Chunks) media) => client.PublishAsync(
                parsed.GetValue(id)!, media.Hello, media.Chunks, print, words: parsed.GetValue(words),
                cancellationToken: cancellationToken);
        }, parsed.InvocationConfiguration.Error));
        return command;
    }

    private static Argument<string?> Source() => new("source")
    {
        Description = "A media file, with pictures or without, or - for PCM on standard input.",
        Arity = ArgumentArity.ZeroOrOne
    };

    private static Option<string[]> Device() => new("--device")
    {
        Description = "Instead of a file: a microphone or camera as ffmpeg names it, e.g. alsa:default or v4l2:/dev/video0; may be "
            + "given twice."
    };

    private static Option<string> StreamId() => new("--id")
    {
        Description = "Name of the stream.",
        DefaultValueFactory = _ => $"cli-{Environment.ProcessId}"
    };

    // A device's container can't be gone on with in its middle: where the server ends a stream at a limit, or for want of room after all,
    // it is begun anew.
    private static async Task<ClosedEvent> PublishDevicesAsync(
        string[] devices, Func<(MediaHello, IAsyncEnumerable<MediaChunk>), Task<ClosedEvent>> publish, CancellationToken cancellationToken)
    {
        var hello = new MediaHello(MediaHello.CurrentProtocol, Container: DeviceCapture.Container);
        while (true)
        {
            try
            {
                return await publish((hello, new DeviceCapture(new MediaOptions()).ReadAsync(devices, cancellationToken)));
            }
            catch (ServerRefusedException limit) when (limit.Code is FaultCodes.StreamLimit or FaultCodes.ServerBusy)
            {
                // Again, under the same id.
            }
        }
    }

    /// <summary>A file as a live stream: with pictures as the container that it is, else as samples.</summary>
    internal static async Task<(MediaHello Hello, IAsyncEnumerable<MediaChunk> Chunks)> OpenAsync(
        string path, bool fast, TextWriter error, CancellationToken cancellationToken)
    {
        var options = new MediaOptions();
        var copy = new LiveCopy(options);
        return await copy.FindContainerAsync(path, cancellationToken) is { } container
            ? (new MediaHello(MediaHello.CurrentProtocol, Container: container),
                copy.ReadAsync(path, container, atOwnSpeed: !fast, cancellationToken))
            : (PcmSource.FileHello,
                PcmSource.Read(new MediaFile(options), path, fast ? null : TimeProvider.System, error, cancellationToken));
    }
}
