using AVServer.Server.Tests.Kit;

namespace AVServer.Server.Tests.Streams;

// Alone, since it measures the process' memory.
[CollectionDefinition(nameof(ManyStreamsTests), DisableParallelization = true)]
[Collection(nameof(ManyStreamsTests))]
[Trait("Category", "server")]
public sealed class ManyStreamsTests
{
    [Fact]
    public async Task Fifty_streams_at_once_each_get_their_own_events()
    {
        await using var server = await RunningServer.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async n =>
        {
            using var sender = await MediaSender.OpenAsync(server, $"s{n}", "?events=true");
            for (var i = 0; i < 40; i++) await sender.SendAsync(i * 0.08, i % 10 == n % 10 ? "Word!!" : "sound!");
            await sender.SendTextAsync("""{"type":"end"}""");
            var events = await sender.ReceiveAllAsync();
            Assert.Equal(Enumerable.Range(1, 6).Select(i => (long)i), events.Select(e => e.GetProperty("sequence").GetInt64()));
            Assert.Equal(4, events.Count(e => e.GetProperty("type").GetString() == "wakeWord"));
            Assert.All(events, e => Assert.Equal($"s{n}", e.GetProperty("streamId").GetString()));
        }));
        Assert.Empty(server.Registry.Streams);
    }

    [Fact]
    public async Task Two_hundred_bad_senders_leave_nothing_behind_and_disturb_nobody()
    {
        await using var server = await RunningServer.StartAsync(
            ("Server:Limits:IdleTimeout", "00:00:05"), ("Server:Limits:HelloTimeout", "00:00:05"),
            ("Server:Limits:ClosedStreamsKept", "0"));
        await MisbehaveAsync(server, "warm");
        await RunningServer.UntilAsync(() => IsEmpty(server), "nothing is left of the first senders");
        var before = GC.GetTotalMemory(forceFullCollection: true);

        using var good = await MediaSender.OpenAsync(server, "good", "?events=true");
        var bad = Task.WhenAll(Enumerable.Range(0, 4).Select(round => MisbehaveAsync(server, $"r{round}")));
        var time = 0.0;
        for (; !bad.IsCompleted; time += 0.08)
        {
            await good.SendAsync(time, "sound!");
            await Task.Delay(20);
        }
        await bad;
        await good.SendAsync(time, "Word!!");
        await good.SendTextAsync("""{"type":"end"}""");
        Assert.Equal(["opened", "wakeWord", "closed"], (await good.ReceiveAllAsync()).Select(e => e.GetProperty("type").GetString()));

        await RunningServer.UntilAsync(() => IsEmpty(server), "nothing is left of the senders");
        server.Log.Lines.Clear();
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 4 << 20, $"Expected memory back within 4 MiB of the start, got {grown} bytes more.");
    }

    // 52 senders: cut off in the middle of a word, garbage, no hello, silence after the hello.
    private static Task MisbehaveAsync(RunningServer server, string name) =>
        Task.WhenAll(Enumerable.Range(0, 52).Select(async n =>
        {
            using var sender = n % 4 == 2
                ? await MediaSender.ConnectAsync(server, $"{name}-{n}")
                : await MediaSender.OpenAsync(server, $"{name}-{n}");
            switch (n % 4)
            {
                case 0:
                    await sender.SendAsync(0, "sound!");
                    sender.Cut();
                    break;
                case 1:
                    await sender.SendBytesAsync([.. Enumerable.Range(0, 500).Select(i => (byte)((i * 37) + n))]);
                    await sender.ReceiveAllAsync();
                    break;
                default:
                    await sender.ReceiveAllAsync();
                    break;
            }
        }));

    private static bool IsEmpty(RunningServer server) =>
        server.Registry.Streams.Count == 0 && server.Broker is { SubscriberCount: 0, LogCount: 0 } && server.Pipeline.Running == 0;
}
