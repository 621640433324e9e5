using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Tests;

/// <summary>The whole way with real decoding, features and inference; the model is one that hears loudness.</summary>
[Trait("Category", "server")]
public sealed class RealPipelineTests : IDisposable
{
    private const int Rate = 16_000;
    private const double BurstStart = 2.0;

    private readonly TemporaryFolder _models = new();

    public RealPipelineTests() => new FakeSpotter { Centre = 16, Gain = 0.5f, Threshold = 0.8, RefractorySeconds = 1.5 }.Write(_models.Path);

    public void Dispose() => _models.Dispose();

    [Fact]
    public async Task Socket_body_and_file_give_the_same_word()
    {
        await using var server = await StartAsync();
        var samples = Burst();

        using var sender = await MediaSender.OpenAsync(server, "socket", "?events=true&telemetry=true");
        for (var at = 0; at < samples.Length; at += 2_560) await sender.SendAsync(at / 2.0 / Rate, samples[at..Math.Min(at + 2_560, samples.Length)]);
        await sender.SendTextAsync("""{"type":"end"}""");
        var bySocket = await sender.ReceiveAllAsync();
        Assert.Contains(bySocket, e => e.GetProperty("type").GetString() == "telemetry");
        var word = Assert.Single(bySocket, e => e.GetProperty("type").GetString() == "wakeWord");
        Assert.InRange(word.GetProperty("end").GetDouble(), BurstStart, BurstStart + 0.3);

        using var reading = server.Broker.Subscribe(new EventFilter("body", ["wakeWord"]));
        using var put = await server.Http.PutAsync("/media/body", Wave(samples));
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        AssertSame(word, await reading.ReadAllAsync().OfType<WakeWordEvent>().FirstAsync());

        using var scored = await server.Http.PostAsync(Routes.Score + "?posteriors=true&fileName=burst.wav", Wave(samples));
        var report = await scored.Content.ReadFromJsonAsync<ScoreReport>(ContractsJson.Options);
        AssertSame(word, Assert.Single(report!.Events.OfType<WakeWordEvent>()));
        Assert.Equal(4.0, report.DurationSeconds, 3);
        Assert.NotEmpty(Assert.Single(report.Posteriors!).Values);
    }

    [Fact]
    public async Task Odd_chunk_time_going_back_and_wrong_kind_are_named_faults()
    {
        await using var server = await StartAsync();
        await AssertFaultAsync(FaultCodes.BadChunk, (0, new byte[2_561], MediaKind.Audio));
        await AssertFaultAsync(FaultCodes.TimeWentBack, (10, new byte[2_560], MediaKind.Audio), (5, new byte[2_560], MediaKind.Audio));
        await AssertFaultAsync(FaultCodes.BadChunk, (0, new byte[2_560], MediaKind.Container));
        Assert.Empty(server.Registry.Streams);

        async Task AssertFaultAsync(string code, params (double Time, byte[] Payload, MediaKind Kind)[] chunks)
        {
            using var sender = await MediaSender.OpenAsync(server, "s");
            foreach (var (time, payload, kind) in chunks) await sender.SendAsync(time, payload, kind);
            var fault = Assert.Single(await sender.ReceiveAllAsync());
            Assert.Equal(code, fault.GetProperty("code").GetString());
            Assert.Equal(4400, (int?)sender.CloseStatus);
        }
    }

    [Theory]
    [InlineData("audio/wav")]
    [InlineData("video/webm")]
    [InlineData("video/mp4")]
    public async Task Corrupt_container_is_a_problem_by_body_and_by_file(string contentType)
    {
        await using var server = await StartAsync();
        var random = new Random(7);
        var garbage = new byte[50_000];
        random.NextBytes(garbage);
        using var put = await server.Http.PutAsync("/media/s", Content(garbage, contentType));
        using var score = await server.Http.PostAsync(Routes.Score, Content(garbage, contentType));
        foreach (var response in (HttpResponseMessage[])[put, score])
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
            Assert.Equal(FaultCodes.Undecodable, await ProblemAnswer.CodeOfAsync(response));
        }
        Assert.Empty(server.Registry.Streams);
    }

    [Fact]
    public async Task Sound_cut_off_by_a_lost_connection_is_heard_to_its_last_sample()
    {
        await using var server = await StartAsync();
        using var reading = server.Broker.Subscribe(new EventFilter("s"));
        using var sender = await MediaSender.OpenAsync(server, "s");
        var samples = Burst();
        await sender.SendAsync(0, samples[..(Rate * 2 * 3)]);
        await RunningServer.UntilAsync(() => server.Broker.LogCount > 0 && server.Registry.Find("s") is not null, "the stream is open");
        sender.Cut();
        var events = new List<StreamEvent>();
        await foreach (var streamEvent in reading.ReadAllAsync())
        {
            events.Add(streamEvent);
            if (streamEvent is ClosedEvent) break;
        }
        Assert.Equal(CloseReason.Disconnected, ((ClosedEvent)events[^1]).Reason);
    }

    [Fact]
    public async Task Two_hundred_streams_cut_off_fed_garbage_fed_silence_or_left_silent_leave_nothing_behind()
    {
        await using var server = await StartAsync(("Server:Limits:IdleTimeout", "00:00:01"), ("Server:Limits:ClosedStreamsKept", "0"));
        // Buffers that are kept for the next streams are no leak: they grow with the first crowds, and then no more.
        for (var round = 0; round < 3; round++) await MisbehaveAsync(server, $"warm-{round}", 200);
        await RunningServer.UntilAsync(() => server.Registry.Streams.Count == 0, "nothing is left of the first senders");
        server.Log.Lines.Clear();
        var before = GC.GetTotalMemory(forceFullCollection: true);

        using var good = await MediaSender.OpenAsync(server, "good", "?events=true");
        var bad = MisbehaveAsync(server, "bad", 200);
        var samples = Burst();
        for (var at = 0; at < samples.Length; at += 2_560)
        {
            await good.SendAsync(at / 2.0 / Rate, samples[at..Math.Min(at + 2_560, samples.Length)]);
            await Task.Delay(20);
        }
        await good.SendTextAsync("""{"type":"end"}""");
        Assert.Single(await good.ReceiveAllAsync(), e => e.GetProperty("type").GetString() == "wakeWord");

        await bad;
        await RunningServer.UntilAsync(() => server.Registry.Streams.Count == 0 && server.Broker is { SubscriberCount: 0, LogCount: 0 }, "nothing is left of the senders");
        server.Log.Lines.Clear();
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 4 << 20, $"Expected memory back within 4 MiB of the start, got {grown} bytes more.");
    }

    // In turn: cut off in the middle of a word, garbage as samples, silence and then nothing, nothing at all; one in twenty a broken container.
    private static Task MisbehaveAsync(RunningServer server, string name, int senders) => Task.WhenAll(Enumerable.Range(0, senders).Select(async n =>
    {
        var broken = n % 20 == 5;
        using var sender = await MediaSender.OpenAsync(server, $"{name}-{n}", hello: broken ? """{"protocol":1,"container":"webm"}""" : MediaSender.PcmHello);
        var noise = new byte[32_000];
        new Random(n).NextBytes(noise);
        if (broken) await sender.SendAsync(0, noise, MediaKind.Container);
        else if (n % 4 == 0) await sender.SendAsync(0, Burst()[..(int)((BurstStart + 0.1) * Rate * 2)]);
        else if (n % 4 == 1) await sender.SendAsync(0, noise);
        else if (n % 4 == 2) await sender.SendAsync(0, new byte[32_000]);
        if (n % 4 == 0) sender.Cut();
        else await sender.ReceiveAllAsync();
    }));

    private async Task<RunningServer> StartAsync(params (string Key, string Value)[] settings) =>
        await RunningServer.StartAsync(builder => builder.Services.AddPipeline(builder.Configuration), [("Runtime:ModelsPath", _models.Path), .. settings]);

    private static void AssertSame(JsonElement expected, WakeWordEvent actual)
    {
        Assert.Equal(expected.GetProperty("keyword").GetString(), actual.Keyword);
        Assert.Equal(expected.GetProperty("posterior").GetSingle(), actual.Posterior, 1e-4f);
        Assert.Equal(expected.GetProperty("start").GetDouble(), actual.Start.TotalSeconds, 6);
        Assert.Equal(expected.GetProperty("end").GetDouble(), actual.End.TotalSeconds, 6);
        Assert.Equal(expected.GetProperty("detectedAt").GetDouble(), actual.DetectedAt.TotalSeconds, 6);
    }

    // Four seconds of a quiet room with 0.3 s of loud noise in it, 16 bit little-endian.
    private static byte[] Burst()
    {
        var random = new Random(1);
        var bytes = new byte[4 * Rate * 2];
        for (var i = 0; i < bytes.Length / 2; i++)
        {
            var isLoud = i >= BurstStart * Rate && i < (BurstStart + 0.3) * Rate;
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(2 * i), (short)((random.NextDouble() - 0.5) * (isLoud ? 30_000 : 20)));
        }
        return bytes;
    }

    private static ByteArrayContent Wave(byte[] samples)
    {
        var header = new byte[44];
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), 36 + samples.Length);
        "WAVEfmt "u8.CopyTo(header.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(24), Rate);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(28), 2 * Rate);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(34), 16);
        "data"u8.CopyTo(header.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(40), samples.Length);
        return Content([.. header, .. samples], "audio/wav");
    }

    private static ByteArrayContent Content(byte[] bytes, string contentType) => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(contentType) } };
}
