using System.Text;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Delivery.Wyoming;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Delivery.Wyoming;

/// <summary>
/// Exchanges written after the protocol's specification; the fake pipeline hears a wake word in a chunk that begins with W.
/// </summary>
[Trait("Category", "server")]
public sealed class WyomingTests
{
    private static readonly byte[] Word = Encoding.ASCII.GetBytes("Wake" + new string(' ', 2_556));
    private static readonly byte[] Room = new byte[2_560];

    [Fact]
    public async Task Describe_is_answered_with_a_wake_program_and_its_words()
    {
        await using var server = await StartAsync();
        using var client = await WyomingClient.ConnectAsync(server);
        await client.SendAsync("""{"type":"describe"}""");
        var (type, info) = (await client.ReceiveAsync())!.Value;
        Assert.Equal("info", type);
        var program = Assert.Single(info.GetProperty("wake").EnumerateArray());
        Assert.True(program.GetProperty("installed").GetBoolean());
        Assert.NotEmpty(program.GetProperty("attribution").GetProperty("name").GetString()!);
        var model = Assert.Single(program.GetProperty("models").EnumerateArray());
        Assert.Equal("computer", model.GetProperty("name").GetString());
        Assert.Equal("computer", model.GetProperty("phrase").GetString());
        Assert.True(model.GetProperty("installed").GetBoolean());
        Assert.Empty(model.GetProperty("languages").EnumerateArray());
        Assert.NotNull(model.GetProperty("attribution").GetProperty("url").GetString());
        Assert.All(["asr", "tts", "handle", "intent"], service => Assert.Empty(info.GetProperty(service).EnumerateArray()));
    }

    [Fact]
    public async Task Words_that_were_given_as_text_for_all_streams_are_described_and_can_be_asked_for()
    {
        await using var server = await StartAsync();
        var keywords = server.Part<IKeywordRegistry>();
        await keywords.AddAsync(new KeywordRequest("hey marvin"), default);
        await keywords.AddAsync(new KeywordRequest("lights on", Streams: ["kitchen"]), default);
        using var client = await WyomingClient.ConnectAsync(server);
        await client.SendAsync("""{"type":"describe"}""");
        var info = (await client.ReceiveAsync())!.Value.Data;
        var models = info.GetProperty("wake")[0].GetProperty("models").EnumerateArray();
        Assert.Equal(["computer", "hey marvin"], models.Select(model => model.GetProperty("name").GetString()));
        await client.SendAsync("""{"type":"detect","data":{"names":["hey marvin"]}}""");
        await client.SendAsync("""{"type":"ping"}""");
        Assert.Equal("pong", (await client.ReceiveAsync())!.Value.Type);
    }

    [Fact]
    public async Task Words_are_told_while_the_sound_goes_on_with_the_peers_time()
    {
        await using var server = await StartAsync();
        using var client = await WyomingClient.ConnectAsync(server);
        await client.SendAsync("""{"type":"detect","data":{"names":["computer"]}}""");
        await client.SendAsync("""{"type":"audio-start","data":{"rate":16000,"width":2,"channels":1,"timestamp":5000}}""");
        for (var i = 0; i < 5; i++) await client.SendChunkAsync(Room, 5_000 + (80 * i));
        await client.SendChunkAsync(Word, 5_400);
        var (type, detection) = (await client.ReceiveAsync())!.Value;
        Assert.Equal("detection", type);
        Assert.Equal("computer", detection.GetProperty("name").GetString());
        Assert.Equal(5_400, detection.GetProperty("timestamp").GetInt64());
        Assert.Equal("wyoming", Assert.Single(server.Registry.Streams).Transport);
        // A word was told, so that the end of the sound is not.
        await client.SendAsync("""{"type":"audio-stop"}""");
        await client.SendAsync("""{"type":"ping","data":{"text":"there?"}}""");
        var (pong, data) = (await client.ReceiveAsync())!.Value;
        Assert.Equal("pong", pong);
        Assert.Equal("there?", data.GetProperty("text").GetString());
        Assert.Empty(server.Registry.Streams);
    }

    [Fact]
    public async Task Sound_without_a_word_is_told_at_its_end_and_the_connection_serves_on()
    {
        await using var server = await StartAsync();
        using var client = await WyomingClient.ConnectAsync(server);
        for (var round = 0; round < 2; round++)
        {
            // Data behind the line instead of inside it, as the protocol's own library writes it.
            var data = """{"rate":16000,"width":2,"channels":1}"""u8.ToArray();
            await client.SendAsync($$"""{"type":"audio-start","version":"1.5.4","data_length":{{data.Length}}}""", data);
            await client.SendChunkAsync(Room);
            await client.SendAsync("""{"type":"audio-stop","data":{"timestamp":null}}""");
            Assert.Equal("not-detected", (await client.ReceiveAsync())!.Value.Type);
        }
    }

    [Fact]
    public async Task Chunk_needs_no_start_and_unknown_messages_are_passed_over()
    {
        await using var server = await StartAsync();
        using var client = await WyomingClient.ConnectAsync(server);
        await client.SendAsync("""{"type":"run-pipeline","data":{"start_stage":"wake"},"payload_length":3}""", [1, 2, 3]);
        await client.SendAsync("""{"type":"detect","data":{"names":null}}""");
        await client.SendChunkAsync(Word);
        Assert.Equal("detection", (await client.ReceiveAsync())!.Value.Type);
    }

    [Theory]
    [InlineData("""{"type":"detect","data":{"names":["hey nobody"]}}""", FaultCodes.UnknownModel)]
    [InlineData("""{"type":"detect","data":{"names":"computer"}}""", FaultCodes.BadRequest)]
    [InlineData("""{"type":"audio-start","data":{"rate":16000,"width":4,"channels":1}}""", FaultCodes.BadRequest)]
    [InlineData("""{"type":"audio-start","data":{"rate":16000,"channels":1}}""", FaultCodes.BadRequest)]
    [InlineData("""{"type":"audio-start","data":{"rate":-1,"width":2,"channels":1}}""", FaultCodes.BadRequest)]
    [InlineData("""{"type":"audio-start","data":{"rate":100,"width":2,"channels":1}}""", FaultCodes.BadHello)]
    [InlineData(
        """{"type":"audio-chunk","data":{"rate":16000,"width":2,"channels":1},"payload_length":2000000000}""", FaultCodes.BadRequest)]
    [InlineData("""{"type":"audio-chunk","data":{"rate":16000,"width":2,"channels":1},"payload_length":-1}""", FaultCodes.BadRequest)]
    [InlineData("""{"type":"describe","data_length":99999999}""", FaultCodes.BadRequest)]
    [InlineData("""{"type":"describe","data":[]}""", FaultCodes.BadRequest)]
    [InlineData("""{"type":7}""", FaultCodes.BadRequest)]
    [InlineData("[]", FaultCodes.BadRequest)]
    [InlineData("", FaultCodes.BadRequest)]
    [InlineData("GET / HTTP/1.1\r", FaultCodes.BadRequest)]
    public async Task Message_that_is_wrong_is_named_and_ends_the_connection(string line, string code)
    {
        await using var server = await StartAsync();
        using var client = await WyomingClient.ConnectAsync(server);
        await client.SendAsync(line);
        var (type, error) = (await client.ReceiveAsync())!.Value;
        Assert.Equal("error", type);
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.StartsWith("Expected", error.GetProperty("text").GetString());
        Assert.Null(await client.ReceiveAsync());
    }

    [Fact]
    public async Task Line_without_end_is_refused_before_it_fills_the_memory()
    {
        await using var server = await StartAsync();
        using var client = await WyomingClient.ConnectAsync(server);
        await client.SendBytesAsync(Encoding.ASCII.GetBytes(new string('x', 70_000)));
        Assert.Equal("error", (await client.ReceiveAsync())!.Value.Type);
    }

    [Fact]
    public async Task Garbage_of_any_kind_costs_other_connections_nothing()
    {
        await using var server = await StartAsync();
        using var good = await WyomingClient.ConnectAsync(server);
        await good.SendChunkAsync(Room);
        var random = new Random(5);
        for (var i = 0; i < 50; i++)
        {
            using var bad = await WyomingClient.ConnectAsync(server);
            var bytes = new byte[random.Next(1, 5_000)];
            random.NextBytes(bytes);
            await bad.SendBytesAsync(bytes);
            if (random.Next(2) == 0) bad.Finish();
        }
        await RunningServer.UntilAsync(() => server.Part<WyomingServer>().OpenConnections == 1, "the garbage is gone");
        await good.SendChunkAsync(Word);
        Assert.Equal("detection", (await good.ReceiveAsync())!.Value.Type);
        Assert.DoesNotContain(server.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fault_of_the_media_and_chunks_of_another_format_are_told()
    {
        await using var server = await StartAsync();
        using var odd = await WyomingClient.ConnectAsync(server);
        await odd.SendChunkAsync([1, 2, 3]);
        var (type, error) = (await odd.ReceiveAsync())!.Value;
        Assert.Equal(("error", FaultCodes.BadChunk), (type, error.GetProperty("code").GetString()));
        Assert.Null(await odd.ReceiveAsync());

        using var other = await WyomingClient.ConnectAsync(server);
        await other.SendChunkAsync(Room);
        await other.SendAsync("""{"type":"audio-chunk","data":{"rate":8000,"width":2,"channels":1},"payload_length":2}""", [0, 0]);
        Assert.Equal("error", (await other.ReceiveAsync())!.Value.Type);
        await RunningServer.UntilAsync(() => server.Registry.Streams.Count == 0, "no stream is left");
    }

    [Theory]
    [InlineData("50000", "50400")]
    [InlineData("50000.4", "50400")]
    [InlineData("0.5", "401")]
    public async Task Words_are_told_by_the_clock_of_the_chunks_rounded(string first, string told)
    {
        await using var server = await StartAsync();
        using var client = await WyomingClient.ConnectAsync(server);
        await client.SendAsync("""{"type":"audio-start","data":{"rate":16000,"width":2,"channels":1}}""");
        var start = double.Parse(first, System.Globalization.CultureInfo.InvariantCulture);
        for (var i = 0; i <= 5; i++)
        {
            var time = (start + (80 * i)).ToString(System.Globalization.CultureInfo.InvariantCulture);
            await client.SendAsync(
                $$"""{"type":"audio-chunk","data":{"rate":16000.0,"width":2,"channels":1,"timestamp":{{time}}},"payload_length":2560}""",
                i == 5 ? Word : Room);
        }
        var (type, detection) = (await client.ReceiveAsync())!.Value;
        Assert.Equal("detection", type);
        Assert.InRange(
            detection.GetProperty("timestamp").GetInt64() - long.Parse(told, System.Globalization.CultureInfo.InvariantCulture), -1, 0);
    }

    [Fact]
    public void Clock_follows_chunks_that_leave_something_out()
    {
        var clock = new WyomingClock(0, 16_000);
        clock.Set(0, 10_000);
        clock.Set(16_000, 11_000);
        clock.Set(32_000, 60_000);   // a satellite that was muted goes on
        Assert.Equal(11_500, clock.At(TimeSpan.FromSeconds(1.5)));
        Assert.Equal(12_000, clock.At(TimeSpan.FromSeconds(2)));
        Assert.Equal(60_250, clock.At(TimeSpan.FromSeconds(2.25)));
    }

    [Fact]
    public async Task Peer_may_be_silent_for_longer_than_a_stream_may()
    {
        await using var server = await StartAsync(("Server:Limits:IdleTimeout", "00:00:01"));
        using var muted = await WyomingClient.ConnectAsync(server);
        using var answering = await WyomingClient.ConnectAsync(server);
        await muted.SendAsync("""{"type":"detect","data":{"names":["computer"]}}""");
        await answering.SendChunkAsync(Room);
        await RunningServer.UntilAsync(() => server.Registry.Streams.Count == 1, "the second sends");
        // Its stream ends, its connection doesn't, nor the one of the first, which has been silent for longer.
        await RunningServer.UntilAsync(() => server.Registry.Streams.Count == 0, "the stream is idle");
        foreach (var client in (WyomingClient[])[muted, answering])
        {
            await client.SendChunkAsync(Room);
            await client.SendChunkAsync(Word);
            Assert.Equal("detection", (await client.ReceiveAsync())!.Value.Type);
        }
        Assert.Equal(2, server.Part<WyomingServer>().OpenConnections);
    }

    [Fact]
    public async Task Peer_that_goes_away_or_stops_within_a_message_leaves_nothing()
    {
        await using var server = await StartAsync(("Server:Limits:IdleTimeout", "00:00:02"));
        using (var gone = await WyomingClient.ConnectAsync(server))
        {
            // Half a message.
            await gone.SendAsync(
                """{"type":"audio-chunk","data":{"rate":16000,"width":2,"channels":1},"payload_length":2560}""", Room[..100]);
        }
        using (var left = await WyomingClient.ConnectAsync(server)) await left.SendChunkAsync(Room);
        using var half = await WyomingClient.ConnectAsync(server);
        await half.SendBytesAsync("""{"type":"pi"""u8.ToArray());
        var (type, error) = (await half.ReceiveAsync())!.Value;
        Assert.Equal(("error", FaultCodes.LimitExceeded), (type, error.GetProperty("code").GetString()));
        await RunningServer.UntilAsync(
            () => server.Part<WyomingServer>().OpenConnections == 0 && server.Registry.Streams.Count == 0, "nothing is left");
    }

    [Fact]
    public async Task Sender_that_finished_sending_still_gets_the_rest()
    {
        await using var server = await StartAsync();
        using var client = await WyomingClient.ConnectAsync(server);
        await client.SendChunkAsync(Word);
        client.Finish();
        Assert.Equal("detection", (await client.ReceiveAsync())!.Value.Type);
        Assert.Null(await client.ReceiveAsync());
    }

    [Fact]
    public async Task Connections_and_streams_are_limited()
    {
        await using var server = await StartAsync(("Wyoming:MaxConnections", "2"), ("Server:Limits:MaxStreams", "1"));
        using var first = await WyomingClient.ConnectAsync(server);
        await first.SendChunkAsync(Room);
        await RunningServer.UntilAsync(() => server.Registry.Streams.Count == 1, "the first sends");
        using var second = await WyomingClient.ConnectAsync(server);
        await second.SendChunkAsync(Room);
        Assert.Equal(FaultCodes.ServerBusy, (await second.ReceiveAsync())!.Value.Data.GetProperty("code").GetString());
        using var third = await WyomingClient.ConnectAsync(server);
        using var fourth = await WyomingClient.ConnectAsync(server);
        await RunningServer.UntilAsync(() => server.Part<WyomingServer>().OpenConnections <= 2, "one too many is turned away");
    }

    [Fact]
    public async Task Server_that_stops_ends_connections()
    {
        await using var server = await StartAsync();
        using var idle = await WyomingClient.ConnectAsync(server);
        using var sending = await WyomingClient.ConnectAsync(server);
        await sending.SendChunkAsync(Word);
        Assert.Equal("detection", (await sending.ReceiveAsync())!.Value.Type);
        await server.StopAsync().WaitAsync(TestTimeout.Longest);
        Assert.Null(await idle.ReceiveAsync());
        Assert.Null(await sending.ReceiveAsync());
    }

    [Fact]
    public async Task Bridge_is_off_unless_a_port_is_named_and_a_taken_one_stops_the_start()
    {
        await using var off = await RunningServer.StartAsync();
        Assert.Null(off.Part<WyomingServer>().EndPoint);
        await using var on = await StartAsync();
        var taken = on.Part<WyomingServer>().EndPoint!.Port;
        var error = await Assert.ThrowsAsync<SetupException>(() => StartAsync(("Wyoming:Port", $"{taken}")));
        Assert.Contains("Wyoming:Port", error.Message);
        await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(("Wyoming:Address", "everywhere")));
    }

    [Fact]
    public async Task Real_pipeline_hears_the_word_through_the_bridge()
    {
        using var models = new TemporaryFolder();
        new FakeSpotter { Centre = 16, Gain = 0.5f, Threshold = 0.8, RefractorySeconds = 1.5 }.Write(models.Path);
        await using var server = await RunningServer.StartAsync(
            builder => builder.Services.AddPipeline(builder.Configuration), ("Runtime:ModelsPath", models.Path), ("Wyoming:Port", "0"));
        using var client = await WyomingClient.ConnectAsync(server);
        await client.SendAsync("""{"type":"audio-start","data":{"rate":16000,"width":2,"channels":1,"timestamp":0}}""");
        foreach (var chunk in LoudBurst.Make().Chunk(2_048)) await client.SendChunkAsync(chunk);
        await client.SendAsync("""{"type":"audio-stop"}""");
        var (type, detection) = (await client.ReceiveAsync())!.Value;
        Assert.Equal("detection", type);
        Assert.InRange(
            detection.GetProperty("timestamp").GetInt64(), (long)(LoudBurst.StartSeconds * 1_000),
            (long)(LoudBurst.StartSeconds * 1_000) + 1_000);
    }

    private static Task<RunningServer> StartAsync(params (string Key, string Value)[] settings) => RunningServer.StartAsync(
        settings.Any(setting => setting.Key == "Wyoming:Port") ? settings : [("Wyoming:Port", "0"), .. settings]);
}
