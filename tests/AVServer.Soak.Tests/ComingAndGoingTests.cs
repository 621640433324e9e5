using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using AVServer.Contracts;
using AVServer.TestKit;

namespace AVServer.Soak.Tests;

/// <summary>Streams and readers that come and go, and some that never go by themselves.</summary>
[Trait("Category", "slow")]
[Collection(nameof(SoakTable))]
public sealed class ComingAndGoingTests(SoakTable table)
{
    [Fact]
    public async Task What_streams_took_is_given_back()
    {
        await using var server = await ServerProcess.StartAsync("--Server:Limits:ClosedStreamRetention", "00:00:02");
        await ComeAndGoAsync(server, SoakTable.Length);   // until everything has been made that is made once
        var before = await SettledAsync(server);
        var streams = await ComeAndGoAsync(server, SoakTable.Length * 2);
        var after = await SettledAsync(server);
        // What is left after twice as many streams as before: nothing that goes with their number. A megabyte a hundred streams is noise of
        // the collector in seconds, and far more than a leak of anything that a stream holds would be allowed over hours.
        Assert.InRange(after.Handles, 0, before.Handles + 16);
        Assert.InRange(after.Threads, 0, before.Threads + 16);
        Assert.InRange(after.Megabytes, 0, (before.Megabytes * 1.1) + 24);
        Assert.Empty(server.Decoders());
        table.Add(
            string.Create(CultureInfo.InvariantCulture,
                $"{streams} streams that come and go, raw and by ffmpeg, in {(SoakTable.Length * 2).TotalSeconds:F0} s"), "nothing",
                "nothing",
            string.Create(CultureInfo.InvariantCulture,
                $"memory {before.Megabytes:F0} → {after.Megabytes:F0} MB, handles {before.Handles} → {after.Handles}, threads "
                + $"{before.Threads} → {after.Threads}; each word heard"));
    }

    [Fact]
    public async Task Readers_that_do_not_read_and_sockets_that_say_nothing_cost_nobody_else_anything()
    {
        await using var server = await ServerProcess.StartAsync(
            "--Server:Limits:HelloTimeout", "00:00:02", "--Server:Limits:CloseTimeout", "00:00:02", "--Server:Limits:SubscriberQueue",
                "16");
        var before = await SettledAsync(server);
        var sockets = new List<Socket>();
        foreach (var request in Enumerable.Range(0, 60).Select(i => (i % 3) switch
        {
            0 => Upgrade,          // a media socket without a hello
            1 => "GET /api/ev",    // half a request
            _ => Events,           // a reader who never reads
        }))
            sockets.Add(await ConnectAsync(server, request));
        await UntilAsync(() => server.Held().Handles >= before.Handles + sockets.Count);

        using var client = server.Client();
        var words = 0;
        var longest = TimeSpan.Zero;
        var streams = Math.Max(4, (int)SoakTable.Length.TotalSeconds / 4);
        for (var i = 0; i < streams; i++)
        {
            var clock = Stopwatch.StartNew();
            await client.PublishAsync(
                $"s{i}", RepeatedWord.Hello, RepeatedWord.Words(10), e => { if (e is WakeWordEvent) words++; }, telemetry: true);
            if (clock.Elapsed > longest) longest = clock.Elapsed;
        }
        Assert.Equal(10 * streams, words);
        await UntilAsync(async () => await server.MetricAsync("avserver_readers_ended_total") >= 1 || streams < 100);
        // Sockets that should have said something by now are closed by the server; the others when their peers are gone.
        await UntilAsync(() => sockets.Where((_, i) => i % 3 == 0).All(socket => socket.Poll(0, SelectMode.SelectRead)));
        sockets.ForEach(socket => socket.Dispose());
        var after = await SettledAsync(server);
        Assert.InRange(after.Handles, 0, before.Handles + 16);
        table.Add($"{sockets.Count} sockets that say nothing, stop in the middle, or never read",
            "what a reader who never reads had no room for; told, or closed", "media sockets without a hello, after HelloTimeout",
            string.Create(CultureInfo.InvariantCulture,
                $"{streams} streams beside them, {words} of {words} words, forty seconds of sound in {longest.TotalSeconds:F1} s at most; "
                + $"handles {before.Handles} → {after.Handles}"));
    }

    private const string Upgrade =
        "GET /media/silent HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
        + "AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n";

    private const string Events = "GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static async Task<int> ComeAndGoAsync(ServerProcess server, TimeSpan length)
    {
        var (count, clock) = (0, Stopwatch.StartNew());
        using var client = server.Client();
        await Task.WhenAll(Enumerable.Range(0, SoakTable.Streams).Select(async lane =>
        {
            for (var round = 0; clock.Elapsed < length; round++)
            {
                var words = 0;
                void Count(StreamEvent e) => words += e is WakeWordEvent ? 1 : 0;
                var id = $"lane{lane}-{round % 3}";
                if ((lane + round) % 4 == 0) await client.PublishFileAsync(id, new MemoryStream(RepeatedWord.Wav()), "wav", Count);
                else await client.PublishAsync(id, RepeatedWord.Hello, RepeatedWord.Words(1), Count);
                Assert.Equal(1, words);
                Interlocked.Increment(ref count);
            }
        }));
        return count;
    }

    // When nothing goes down any more.
    private static async Task<(double Megabytes, int Handles, int Threads)> SettledAsync(ServerProcess server)
    {
        var least = server.Held();
        for (var still = 0; still < 6; still++)
        {
            await Task.Delay(500);
            var now = server.Held();
            if (now.Handles < least.Handles || now.Threads < least.Threads) still = 0;
            least = now;
        }
        return least;
    }

    private static async Task<Socket> ConnectAsync(ServerProcess server, string request)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 2_048 };
        await socket.ConnectAsync(server.Address.Host, server.Address.Port, TestTimeout.Token());
        await socket.SendAsync(Encoding.ASCII.GetBytes(request.Replace("localhost", $"localhost:{server.Address.Port}")));
        return socket;
    }

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var timeout = TestTimeout.Token(); !await condition(); await Task.Delay(50, timeout)) { }
    }
}
