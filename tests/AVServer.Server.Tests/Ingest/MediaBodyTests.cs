using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using AVServer.Contracts;
using AVServer.Server.Tests.Kit;

namespace AVServer.Server.Tests.Ingest;

[Trait("Category", "server")]
public sealed class MediaBodyTests
{
    [Theory]
    [InlineData("video/webm; codecs=opus", "")]
    [InlineData("video/x-matroska", "")]
    [InlineData("application/octet-stream", "?container=matroska")]
    public async Task Chunked_body_is_a_stream_that_completes_with_it(string contentType, string query)
    {
        await using var server = await RunningServer.StartAsync();
        var pipe = new Pipe();
        var answer = PutAsync(server, "s", query, contentType, pipe.Reader);
        await pipe.Writer.WriteAsync(new byte[100_000]);
        await RunningServer.UntilAsync(
            () => server.Registry.Find("s") is { Transport: "put" } && server.Pipeline.Heard > 2, "the stream is open");
        await pipe.Writer.CompleteAsync();

        using var response = await answer;
        var closed = await response.Content.ReadFromJsonAsync<ClosedEvent>(ContractsJson.Options);
        Assert.Equal(CloseReason.Completed, closed!.Reason);
        Assert.Empty(server.Registry.Streams);
    }

    [Theory]
    [InlineData("text/plain", "")]
    [InlineData("video/webm", "?container=avi")]
    public async Task Body_of_no_container_is_refused(string contentType, string query)
    {
        await using var server = await RunningServer.StartAsync();
        using var content = new ByteArrayContent([1]) { Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) } };
        using var response = await server.Http.PutAsync("/media/s" + query, content);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal(FaultCodes.UnsupportedMedia, await ProblemAnswer.CodeOfAsync(response));
    }

    [Fact]
    public async Task Body_that_can_not_be_decoded_is_a_problem_while_the_sender_still_sends()
    {
        await using var server = await RunningServer.StartAsync();
        var pipe = new Pipe();
        var answer = PutAsync(server, "s", "", "audio/ogg", pipe.Reader);
        await pipe.Writer.WriteAsync((byte[])[.. "bad"u8, .. new byte[10_000]]);
        // This client reads no answer before it has sent all.
        await RunningServer.UntilAsync(() => server.Pipeline is { Heard: > 0, Running: 0 }, "the stream has ended");
        await pipe.Writer.CompleteAsync();
        using var response = await answer;
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal(FaultCodes.Undecodable, await ProblemAnswer.CodeOfAsync(response));
    }

    [Fact]
    public async Task Sender_that_goes_away_ends_its_stream_as_disconnected()
    {
        await using var server = await RunningServer.StartAsync();
        using var reading = server.Broker.Subscribe(new EventFilter("s", ["closed"]));
        var pipe = new Pipe();
        using var leave = new CancellationTokenSource();
        var answer = PutAsync(server, "s", "", "audio/ogg", pipe.Reader, leave.Token);
        await pipe.Writer.WriteAsync(new byte[10_000]);
        await RunningServer.UntilAsync(() => server.Pipeline.Heard > 0, "the stream is open");
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        var closed = Assert.IsType<ClosedEvent>(await reading.ReadAllAsync().FirstAsync());
        Assert.Equal(CloseReason.Disconnected, closed.Reason);
    }

    [Fact]
    public async Task Sender_that_has_sent_all_and_reads_no_answer_is_heard_to_its_end()
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:QueuedChunks", "1"));
        using var reading = server.Broker.Subscribe(new EventFilter("s", ["closed"]));
        server.Pipeline.Pause();
        using (var sender = new TcpClient())
        {
            await sender.ConnectAsync(server.Address.Host, server.Address.Port);
            await using var body = sender.GetStream();
            await body.WriteAsync(
                Encoding.ASCII.GetBytes(
                    $"PUT /media/s HTTP/1.1\r\nHost: {server.Address.Authority}\r\nContent-Type: audio/ogg\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n"));
            for (var i = 0; i < 20; i++)
            {
                await body.WriteAsync((byte[])[.. "1000\r\n"u8, .. new byte[0x1000], .. "\r\n"u8]);
                await RunningServer.UntilAsync(() => server.Registry.Find("s") is not null, "the stream is open");
            }
            await body.WriteAsync("0\r\n\r\n"u8.ToArray());
        }
        await Task.Delay(200);   // the server finds out that it has gone
        server.Pipeline.Resume();
        var closed = Assert.IsType<ClosedEvent>(await reading.ReadAllAsync().FirstAsync());
        Assert.Equal(CloseReason.Completed, closed.Reason);
    }

    [Fact]
    public async Task Second_sender_on_a_stream_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        using var first = await MediaSender.OpenAsync(server, "s");
        using var content = new ByteArrayContent([1]) { Headers = { ContentType = new MediaTypeHeaderValue("audio/ogg") } };
        using var response = await server.Http.PutAsync("/media/s", content);
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal(FaultCodes.StreamBusy, await ProblemAnswer.CodeOfAsync(response));
    }

    private static async Task<HttpResponseMessage> PutAsync(
        RunningServer server, string streamId, string query, string contentType, PipeReader body,
        CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/media/{streamId}{query}");
        request.Content = new StreamContent(body.AsStream()) { Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) } };
        request.Headers.TransferEncodingChunked = true;
        return await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }
}
