using System.CommandLine;
using System.Diagnostics;
using AVServer.Client;
using AVServer.Client.Tests.Kit;
using AVServer.Contracts;
using AVServer.TestKit;

namespace AVServer.Cli.Tests;

[Trait("Category", "server")]
public sealed class BusyServerTests
{
    [Fact]
    public async Task Stream_for_which_there_is_no_room_says_so_and_waits_for_it()
    {
        await using var server = await EchoServer.StartAsync(("Server:Limits:MaxStreams", "1"));
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "a.wav");
        using (var ffmpeg = Process.Start("ffmpeg", ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "sine=duration=0.1", file]))
            await ffmpeg.WaitForExitAsync();
        using var holder = new AVServerClient(server.Address);
        using var stop = new CancellationTokenSource();
        var held = new TaskCompletionSource();
        var holding = holder.PublishAsync(
            "first", SilentSound.Hello, SilentSound.ChunksThenWaiting(1), e => { if (e is WakeWordEvent) held.TrySetResult(); },
            cancellationToken: stop.Token);
        await held.Task;

        using var error = new Told(stop);
        using var output = new StringWriter();
        var code = await StreamCommand.Create().Parse([file, "--fast", "--url", server.Address.ToString()])
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        Assert.Equal(0, code);
        Assert.Contains("at most 1 open streams; try again later. Trying again.", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("\"closed\"", output.ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => holding);
    }

    /// <summary>Makes room once something was said.</summary>
    private sealed class Told(CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            stop.Cancel();
        }
    }
}
