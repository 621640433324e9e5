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

    private readonly TemporaryFolder _models = new();

    public RealPipelineTests() =>
        new FakeSpotter { Centre = 16, Gain = 0.5f, Threshold = 0.8, RefractorySeconds = 1.5 }.Write(_models.Path);

    public void Dispose() => _models.Dispose();

    [Fact]
    public async Task Socket_body_and_file_give_the_same_word()
    {
        await using var server = await StartAsync();
        var samples = LoudBurst.Make();

        using var sender = await MediaSender.OpenAsync(server, "socket", "?events=true&telemetry=true");
        for (var at = 0; at < samples.Length; at += 2_560)
            await sender.SendAsync(at / 2.0 / Rate, samples[at..Math.Min(at + 2_560, samples.Length)]);
        await sender.SendTextAsync("""{"type":"end"}""");
        var bySocket = await sender.ReceiveAllAsync();
        Assert.Contains(bySocket, e => e.GetProperty("type").GetString() == "telemetry");
        var word = Assert.Single(bySocket, e => e.GetProperty("type").GetString() == "wakeWord");
        Assert.InRange(word.GetProperty("end").GetDouble(), LoudBurst.StartSeconds, LoudBurst.StartSeconds + 0.3);

        using var reading = server.Broker.Subscribe(new EventFilter("body", ["wakeWord"]));
        using var put = await server.Http.PutAsync("/media/body", Wave(samples));
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        AssertSame(word, await reading.ReadAllAsync().OfType<WakeWordEvent>().FirstAsync());

        using var scored = await server.Http.PostAsync(Routes.Score + "?posteriors=true&fileName=burst.wav", Wave(samples));
        var report = await scored.Content.ReadFromJsonAsync<ScoreReport>(ContractsJson.Options);
        AssertSame(word, Assert.Single(report!.Events.OfType<WakeWordEvent>()));
        Assert.Equal(4.0, report.DurationSeconds, 3);
        Assert.NotEmpty(Assert.Single(report.Posteriors!).Values);

        // A job streams its events to disk and gives the same report, to the byte.
        using var submitted = await server.Http.PostAsync(Routes.Score + "?posteriors=true&fileName=burst.wav&job=true", Wave(samples));
        var job = (await submitted.Content.ReadFromJsonAsync<JobStatus>(ContractsJson.Options))!;
        Assert.Equal(4.0, job.Total!.Value.TotalSeconds, 3);
        await server.Part<Server.Scoring.JobStore>().Get(job.Id).Completion.WaitAsync(TestTimeout.Longest);
        Assert.Equal(await scored.Content.ReadAsStringAsync(), await server.Http.GetStringAsync($"{Routes.Jobs}/{job.Id}/result"));
    }

    [Fact]
    public async Task Empty_messages_and_stamps_that_waver_between_chunks_mean_nothing()
    {
        await using var server = await StartAsync();
        var (samples, random) = (LoudBurst.Make(), new Random(2));
        using var sender = await MediaSender.OpenAsync(server, "s", "?events=true");
        for (var at = 0; at < samples.Length; at += 640)
        {
            var jitter = at == 0 ? -0.03 : (random.NextDouble() * 0.06) - 0.03;
            if (at % 6_400 == 0) await sender.SendAsync(0.1 + (at / 2.0 / Rate), []);
            if (at % 12_800 == 0) await sender.SendBytesAsync([]);
            await sender.SendAsync(0.1 + (at / 2.0 / Rate) + jitter, samples[at..(at + 640)]);
        }
        await sender.SendTextAsync("""{"type":"end"}""");
        var events = await sender.ReceiveAllAsync();
        Assert.Equal(["opened", "wakeWord", "closed"], events.Select(e => e.GetProperty("type").GetString()));
        Assert.Equal(1000, (int?)sender.CloseStatus);
        Assert.Equal(4.07, events[^1].GetProperty("duration").GetDouble(), 2);
    }

    [Fact]
    public async Task Cut_file_is_answered_with_what_there_is_and_a_warning_whichever_way_it_comes()
    {
        await using var server = await StartAsync();
        var whole = await Wave(LoudBurst.Make()).ReadAsByteArrayAsync();
        HttpContent Cut() =>
            new ByteArrayContent(whole[..(44 + (3 * Rate * 2))]) { Headers = { ContentType = new MediaTypeHeaderValue("audio/wav") } };

        using var scored = await server.Http.PostAsync(Routes.Score, Cut());
        Assert.Equal(HttpStatusCode.OK, scored.StatusCode);
        var warning = Assert.Single((await scored.Content.ReadFromJsonAsync<ScoreReport>(ContractsJson.Options))!.Warnings!);
        Assert.Equal(WarningCodes.EndsEarly, warning.Code);
        Assert.Contains("4.00 s long, 3.00 s", warning.Message);
        Assert.Contains(
            $",warning,0,0,endsEarly,",
            await (await server.Http.PostAsync(Routes.Score + "?format=csv", Cut())).Content.ReadAsStringAsync());

        using var reading = server.Broker.Subscribe(new EventFilter("body", ["warning"]));
        using var put = await server.Http.PutAsync("/media/body", Cut());
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.Equal(warning.Message, (await reading.ReadAllAsync().OfType<WarningEvent>().FirstAsync()).Message);
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
        var samples = LoudBurst.Make();
        await sender.SendAsync(0, samples[..(Rate * 2 * 3)]);
        sender.Cut();
        var events = new List<StreamEvent>();
        await foreach (var streamEvent in reading.ReadAllAsync(TestTimeout.Token()))
        {
            events.Add(streamEvent);
            if (streamEvent is ClosedEvent) break;
        }
        Assert.Single(events.OfType<WakeWordEvent>());
        var closed = Assert.IsType<ClosedEvent>(events[^1]);
        Assert.Equal((CloseReason.Disconnected, 3.0), (closed.Reason, closed.Duration.TotalSeconds));
    }

    private async Task<RunningServer> StartAsync() =>
        await RunningServer.StartAsync(
            builder => builder.Services.AddPipeline(builder.Configuration), ("Runtime:ModelsPath", _models.Path));

    private static void AssertSame(JsonElement expected, WakeWordEvent actual)
    {
        Assert.Equal(expected.GetProperty("keyword").GetString(), actual.Keyword);
        Assert.Equal(expected.GetProperty("posterior").GetSingle(), actual.Posterior, 1e-4f);
        Assert.Equal(expected.GetProperty("start").GetDouble(), actual.Start.TotalSeconds, 6);
        Assert.Equal(expected.GetProperty("end").GetDouble(), actual.End.TotalSeconds, 6);
        Assert.Equal(expected.GetProperty("detectedAt").GetDouble(), actual.DetectedAt.TotalSeconds, 6);
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

    private static ByteArrayContent Content(byte[] bytes, string contentType) =>
        new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(contentType) } };
}
