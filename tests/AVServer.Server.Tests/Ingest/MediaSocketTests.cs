using System.Net.WebSockets;
using AVServer.Contracts;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Ingest;

[Trait("Category", "server")]
public sealed class MediaSocketTests
{
    [Fact]
    public async Task Events_come_back_on_the_same_socket_and_the_end_message_closes_it()
    {
        await using var server = await RunningServer.StartAsync();
        using var sender = await MediaSender.OpenAsync(server, "s", "?events=true");
        await sender.SendAsync(0, "quiet!");
        await sender.SendAsync(0.08, "Word!!");
        await sender.SendTextAsync("""{"type":"end"}""");

        var events = await sender.ReceiveAllAsync();

        Assert.Equal(["opened", "wakeWord", "closed"], events.Select(e => e.GetProperty("type").GetString()));
        Assert.Equal([1, 2, 3], events.Select(e => e.GetProperty("sequence").GetInt64()));
        Assert.All(events, e => Assert.Equal("s", e.GetProperty("streamId").GetString()));
        Assert.Equal(0.08, events[1].GetProperty("start").GetDouble(), 6);
        Assert.Equal("completed", events[2].GetProperty("reason").GetString());
        Assert.Equal(WebSocketCloseStatus.NormalClosure, sender.CloseStatus);
    }

    [Fact]
    public async Task Text_goes_to_the_pipeline_in_order_with_the_sound_and_ready_tells_who_transcribes()
    {
        await using var server = await RunningServer.StartAsync();
        server.Pipeline.Transcriber = "client";
        using var sender = await MediaSender.ConnectAsync(server, "s", "?events=true");
        await sender.SendTextAsync(MediaSender.PcmHello);
        var ready = await sender.ReceiveAsync();
        const string Text = """{"type":"text","text":"hello","start":0,"end":0.5}""";
        await sender.SendAsync(0, "Word!!");
        await sender.SendTextAsync(Text);
        await sender.SendAsync(0.08, "Word!!");
        await sender.SendTextAsync("""{"type":"end"}""");

        var events = await sender.ReceiveAllAsync();

        Assert.Equal("client", ready?.GetProperty("transcriber").GetString());
        Assert.Equal(["opened", "wakeWord", "speech", "wakeWord", "closed"], events.Select(e => e.GetProperty("type").GetString()));
        Assert.Equal(Text, events[2].GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("{", "at $")]
    [InlineData("null", "got null")]
    [InlineData("""{"protocol":2,"audio":{}}""", "Expected protocol 1, got 2")]
    [InlineData("""{"protocol":1}""", "got none")]
    [InlineData("""{"protocol":1,"audio":{},"container":"webm"}""", "got both")]
    [InlineData("""{"protocol":1,"container":"avi"}""", "Expected a container out of webm")]
    [InlineData("""{"protocol":1,"audio":{"format":"pcm_s16le","sampleRate":44101,"channels":1}}""", "44100, 48000", "got 44101")]
    [InlineData(
        """{"protocol":1,"audio":{"format":"mp3","sampleRate":1,"channels":9}}""", "Expected audio format", "Expected a sample rate",
        "Expected 1 to 8 channels")]
    [InlineData("""{"protocol":1,"video":{"format":"png","fps":0}}""", "Expected video format", "pictures per second")]
    public async Task Hello_that_is_wrong_is_refused_with_everything_that_is_wrong(string hello, params string[] expected)
    {
        await using var server = await RunningServer.StartAsync();
        using var sender = await MediaSender.ConnectAsync(server, "s");
        await sender.SendTextAsync(hello);

        await AssertRefusedAsync(sender, FaultCodes.BadHello, 4400, expected);
        Assert.Empty(server.Registry.Streams);
    }

    [Fact]
    public async Task Hello_that_does_not_come_is_refused_after_its_time()
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:HelloTimeout", "00:00:00.100"));
        using var sender = await MediaSender.ConnectAsync(server, "s");
        await AssertRefusedAsync(sender, FaultCodes.BadHello, 4400, "within 0.1 s");
    }

    [Fact]
    public async Task Binary_message_before_the_hello_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        using var sender = await MediaSender.ConnectAsync(server, "s");
        await sender.SendAsync(0, "sound!");
        await AssertRefusedAsync(sender, FaultCodes.BadHello, 4400, "hello as a text message first");
    }

    [Theory]
    [InlineData("-s")]
    [InlineData("a%20b")]
    [InlineData("%C3%A4")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task Stream_id_that_can_not_be_is_refused(string streamId)
    {
        await using var server = await RunningServer.StartAsync();
        using var sender = await MediaSender.ConnectAsync(server, streamId);
        await AssertRefusedAsync(sender, FaultCodes.BadRequest, 4400, "Expected a stream id");
    }

    [Fact]
    public async Task Second_sender_on_a_stream_is_refused_and_the_first_goes_on()
    {
        await using var server = await RunningServer.StartAsync();
        using var first = await MediaSender.OpenAsync(server, "s", "?events=true");
        using var second = await MediaSender.ConnectAsync(server, "s");
        await second.SendTextAsync(MediaSender.PcmHello);
        await AssertRefusedAsync(second, FaultCodes.StreamBusy, 4409, "Someone already sends");

        await first.SendAsync(0, "Word!!");
        await first.SendTextAsync("""{"type":"end"}""");
        Assert.Contains("wakeWord", (await first.ReceiveAllAsync()).Select(e => e.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task Stream_beyond_the_limit_is_refused()
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:MaxStreams", "1"));
        using var first = await MediaSender.OpenAsync(server, "a");
        using var second = await MediaSender.ConnectAsync(server, "b");
        await second.SendTextAsync(MediaSender.PcmHello);
        await AssertRefusedAsync(second, FaultCodes.ServerBusy, 4503, "at most 1 open streams");
    }

    public static TheoryData<string, byte[], string, int> BrokenChunks => new()
    {
        { "short header", [1, 0], FaultCodes.BadChunk, 4400 },
        { "unknown kind", [7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1], FaultCodes.BadChunk, 4400 },
        { "negative time", [1, 255, 255, 255, 255, 255, 255, 255, 255, 1, 1], FaultCodes.BadChunk, 4400 },
        { "odd number of bytes", [1, 0, 0, 0, 0, 0, 0, 0, 0, 1], FaultCodes.BadChunk, 4400 },
        { "too long", new byte[2_000], FaultCodes.LimitExceeded, 4413 },
    };

    [Theory]
    [MemberData(nameof(BrokenChunks))]
    public async Task Chunk_that_is_broken_faults_its_stream_and_no_other(string what, byte[] message, string code, int close)
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:MaxMessageBytes", "1024"));
        using var other = await MediaSender.OpenAsync(server, "other", "?events=true");
        using var sender = await MediaSender.OpenAsync(server, "s", "?events=true");
        await sender.SendBytesAsync(message);

        var events = await sender.ReceiveAllAsync();
        Assert.True(events.Count == 3, what);
        Assert.Equal(["opened", "fault", "closed"], events.Select(e => e.GetProperty("type").GetString()));
        Assert.Equal(code, events[1].GetProperty("code").GetString());
        Assert.Equal("faulted", events[2].GetProperty("reason").GetString());
        Assert.Equal(close, (int?)sender.CloseStatus);
        Assert.Equal(code, sender.CloseReason);

        await other.SendAsync(0, "Word!!");
        await other.SendTextAsync("""{"type":"end"}""");
        Assert.Equal(3, (await other.ReceiveAllAsync()).Count);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 2, 0, 0, 0, 0, 0, 0, 0, 0 })]
    public async Task Message_without_media_is_nothing(byte[] message)
    {
        await using var server = await RunningServer.StartAsync();
        using var sender = await MediaSender.OpenAsync(server, "s", "?events=true");
        await sender.SendBytesAsync(message);
        await sender.SendAsync(0, "Word!!");
        await sender.SendBytesAsync(message);
        await sender.SendTextAsync("""{"type":"end"}""");

        var events = await sender.ReceiveAllAsync();

        Assert.Equal(["opened", "wakeWord", "closed"], events.Select(e => e.GetProperty("type").GetString()));
        Assert.Equal(1000, (int?)sender.CloseStatus);
    }

    [Fact]
    public async Task Chunk_from_the_past_faults_the_stream()
    {
        await using var server = await RunningServer.StartAsync();
        using var sender = await MediaSender.OpenAsync(server, "s");
        await sender.SendAsync(1, "sound!");
        await sender.SendAsync(0.5, "sound!");
        await AssertRefusedAsync(sender, FaultCodes.TimeWentBack, 4400, "after the last chunk's");
    }

    [Fact]
    public async Task Text_after_the_hello_faults_the_stream()
    {
        await using var server = await RunningServer.StartAsync();
        using var sender = await MediaSender.OpenAsync(server, "s");
        await sender.SendTextAsync(MediaSender.PcmHello);
        await AssertRefusedAsync(sender, FaultCodes.BadChunk, 4400, "Expected binary messages");
    }

    [Fact]
    public async Task Pipeline_that_fails_is_told_without_details_and_logged_under_the_id()
    {
        await using var server = await RunningServer.StartAsync();
        using var sender = await MediaSender.OpenAsync(server, "s");
        await sender.SendAsync(0, "X!");
        await AssertRefusedAsync(
            sender,
            FaultCodes.Internal,
            (int)WebSocketCloseStatus.InternalServerError,
            "The server failed; its log has the details under ");
        Assert.Contains(server.Log.Lines, line => line.Contains("stream s in the pipeline", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sender_that_closes_completes_its_stream()
    {
        await using var server = await RunningServer.StartAsync();
        using var reading = server.Broker.Subscribe(new EventFilter("s"));
        using var sender = await MediaSender.OpenAsync(server, "s");
        await sender.CloseAsync();
        Assert.Equal(CloseReason.Completed, (await LastEventAsync(reading)).Reason);
        Assert.Empty(server.Registry.Streams);
    }

    [Fact]
    public async Task Sender_that_goes_away_ends_its_stream_as_disconnected()
    {
        await using var server = await RunningServer.StartAsync();
        using var reading = server.Broker.Subscribe(new EventFilter("s"));
        using var sender = await MediaSender.OpenAsync(server, "s");
        await sender.SendAsync(0, "sound!");
        sender.Cut();
        Assert.Equal(CloseReason.Disconnected, (await LastEventAsync(reading)).Reason);
    }

    [Fact]
    public async Task Sender_that_falls_silent_is_closed_as_idle()
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:IdleTimeout", "00:00:00.200"));
        using var sender = await MediaSender.OpenAsync(server, "s", "?events=true");
        var events = await sender.ReceiveAllAsync();
        Assert.Equal("idle", events[^1].GetProperty("reason").GetString());
        Assert.Equal(4408, (int?)sender.CloseStatus);
    }

    [Fact]
    public async Task Stream_id_may_be_used_again_and_goes_on_counting()
    {
        await using var server = await RunningServer.StartAsync();
        for (var round = 0; round < 3; round++)
        {
            using var sender = await MediaSender.OpenAsync(server, "s", "?events=true");
            await sender.SendTextAsync("""{"type":"end"}""");
            var events = await sender.ReceiveAllAsync();
            Assert.Equal([(2 * round) + 1, (2 * round) + 2], events.Select(e => e.GetProperty("sequence").GetInt64()));
        }
    }

    [Fact]
    public async Task Sound_waits_while_the_pipeline_is_busy_and_nothing_is_lost()
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:QueuedChunks", "4"));
        server.Pipeline.Pause();
        using var sender = await MediaSender.OpenAsync(server, "s");
        for (var i = 0; i < 100; i++) await sender.SendAsync(i * 0.08, "sound!");
        Assert.Equal(0, Interlocked.Read(ref server.Pipeline.Heard));
        server.Pipeline.Resume();
        await sender.CloseAsync();
        await RunningServer.UntilAsync(() => Interlocked.Read(ref server.Pipeline.Heard) == 100, "all 100 chunks were heard");
    }

    [Fact]
    public async Task Live_pictures_are_dropped_while_the_pipeline_is_busy_and_the_gap_is_told()
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:QueuedPictures", "2"));
        server.Pipeline.Pause();
        using var sender = await MediaSender.OpenAsync(
            server, "s", "?events=true", """{"protocol":1,"video":{"format":"jpeg","fps":25}}""");
        // However quickly they are sent, more time passes than between the pictures.
        for (var i = 0; i < 50; i++) await sender.SendAsync(i * 1e-6, "picture!", MediaKind.Video);
        await RunningServer.UntilAsync(
            () => server.Registry.Find("s")!.MediaTime == TimeSpan.FromMicroseconds(49), "the last picture was received");
        server.Pipeline.Resume();
        await sender.SendTextAsync("""{"type":"end"}""");
        var events = await sender.ReceiveAllAsync();
        var gaps = events.Where(e => e.GetProperty("type").GetString() == "gap").ToArray();
        Assert.NotEmpty(gaps);
        Assert.All(
            gaps, gap => Assert.Equal(
                "video droppedWhenBusy", $"{gap.GetProperty("kind").GetString()} {gap.GetProperty("reason").GetString()}"));
        var missing = gaps.Sum(gap => gap.GetProperty("duration").GetDouble()) / 1e-6;
        Assert.Equal(50, Interlocked.Read(ref server.Pipeline.Heard) + missing, 3);
    }

    [Fact]
    public async Task Pictures_that_come_faster_than_their_own_time_wait_and_none_is_lost()
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:QueuedPictures", "2"));
        server.Pipeline.Pause();
        using var sender = await MediaSender.OpenAsync(
            server, "s", "?events=true", """{"protocol":1,"video":{"format":"jpeg","fps":25}}""");
        for (var i = 0; i < 50; i++) await sender.SendAsync(i * 60, "picture!", MediaKind.Video);
        server.Pipeline.Resume();
        await sender.SendTextAsync("""{"type":"end"}""");
        Assert.DoesNotContain(await sender.ReceiveAllAsync(), e => e.GetProperty("type").GetString() == "gap");
        Assert.Equal(50, Interlocked.Read(ref server.Pipeline.Heard));
    }

    [Fact]
    public async Task Request_that_is_no_socket_is_told_to_upgrade()
    {
        await using var server = await RunningServer.StartAsync();
        using var response = await server.Http.GetAsync("/media/s");
        Assert.Equal(426, (int)response.StatusCode);
        Assert.Equal(FaultCodes.BadRequest, await ProblemAnswer.CodeOfAsync(response));
    }

    private static async Task AssertRefusedAsync(MediaSender sender, string code, int close, params string[] expected)
    {
        var messages = await sender.ReceiveAllAsync();
        var fault = Assert.Single(messages);
        Assert.Equal("fault", fault.GetProperty("type").GetString());
        Assert.Equal(code, fault.GetProperty("code").GetString());
        Assert.All(expected, part => Assert.Contains(part, fault.GetProperty("message").GetString()));
        Assert.Equal(close, (int?)sender.CloseStatus);
        Assert.Equal(code, sender.CloseReason);
    }

    private static async Task<ClosedEvent> LastEventAsync(Server.Events.EventSubscription reading)
    {
        await foreach (var streamEvent in reading.ReadAllAsync(TestTimeout.Token()))
            if (streamEvent is ClosedEvent closed) return closed;
        throw new InvalidOperationException("The readers were ended before the stream.");
    }
}
