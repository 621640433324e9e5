using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Streams;

/// <summary>Many bad senders against real decoding, features and inference; the model is one that hears loudness.</summary>
[Collection(nameof(ManyStreamsTests))]
[Trait("Category", "server")]
public sealed class ManyRealStreamsTests : IDisposable
{
    private const int Rate = 16_000;
    private readonly TemporaryFolder _models = new();

    public ManyRealStreamsTests() =>
        new FakeSpotter { Centre = 16, Gain = 0.5f, Threshold = 0.8, RefractorySeconds = 1.5 }.Write(_models.Path);

    public void Dispose() => _models.Dispose();

    [Fact]
    public async Task Two_hundred_streams_cut_off_fed_garbage_fed_silence_or_left_silent_leave_nothing_behind()
    {
        await using var server = await RunningServer.StartAsync(
            builder => builder.Services.AddPipeline(builder.Configuration), ("Runtime:ModelsPath", _models.Path),
            ("Server:Limits:IdleTimeout", "00:00:05"), ("Server:Limits:ClosedStreamsKept", "0"));
        // Buffers that are kept for the next streams are no leak: they grow with the first crowds, and then no more.
        for (var round = 0; round < 3; round++) await MisbehaveAsync(server, $"warm-{round}", 200);
        await RunningServer.UntilAsync(() => server.Registry.Streams.Count == 0, "nothing is left of the first senders");
        server.Log.Lines.Clear();
        var before = GC.GetTotalMemory(forceFullCollection: true);

        using var good = await MediaSender.OpenAsync(server, "good", "?events=true");
        var bad = MisbehaveAsync(server, "bad", 200);
        var samples = LoudBurst.Make();
        for (var at = 0; at < samples.Length; at += 2_560)
        {
            await good.SendAsync(at / 2.0 / Rate, samples[at..Math.Min(at + 2_560, samples.Length)]);
            await Task.Delay(20);
        }
        await good.SendTextAsync("""{"type":"end"}""");
        Assert.Single(await good.ReceiveAllAsync(), e => e.GetProperty("type").GetString() == "wakeWord");

        await bad;
        await RunningServer.UntilAsync(
            () => server.Registry.Streams.Count == 0 && server.Broker is { SubscriberCount: 0, LogCount: 0 },
            "nothing is left of the senders");
        server.Log.Lines.Clear();
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 4 << 20, $"Expected memory back within 4 MiB of the start, got {grown} bytes more.");
    }

    // In turn: cut off in the middle of a word, garbage as samples, silence and then nothing, nothing at all; one in twenty a broken
    // container.
    private static Task MisbehaveAsync(RunningServer server, string name, int senders) =>
        Task.WhenAll(Enumerable.Range(0, senders).Select(async n =>
    {
        var broken = n % 20 == 5;
        using var sender = await MediaSender.OpenAsync(
            server, $"{name}-{n}", hello: broken ? """{"protocol":1,"container":"webm"}""" : MediaSender.PcmHello);
        var noise = new byte[32_000];
        new Random(n).NextBytes(noise);
        if (broken) await sender.SendAsync(0, noise, MediaKind.Container);
        else if (n % 4 == 0) await sender.SendAsync(0, LoudBurst.Make()[..(int)((LoudBurst.StartSeconds + 0.1) * Rate * 2)]);
        else if (n % 4 == 1) await sender.SendAsync(0, noise);
        else if (n % 4 == 2) await sender.SendAsync(0, new byte[32_000]);
        if (n % 4 == 0) sender.Cut();
        else await sender.ReceiveAllAsync();
    }));
}
