using System.Net;
using System.Net.Http.Json;
using AVServer.Contracts;
using AVServer.Media;
using AVServer.Server.Tests.Kit;
using Microsoft.AspNetCore.Http;

namespace AVServer.Server.Tests.Sources;

/// <summary>Live media is pulled by HTTP from servers of the tests' own.</summary>
[Trait("Category", "server")]
public sealed class HttpSourceTests
{
    [Fact]
    public async Task Endless_sound_becomes_a_stream_until_it_is_ended()
    {
        await using var media = await MediaServer.StartAsync(MediaServer.EndlessWavAsync);
        await using var server = await PullingServer.StartAsync();
        var details = await server.AddedAsync(new SourceRequest("radio", media.Url + "live?token=secret", Words: ["hey marvin"]));
        Assert.Equal(("radio", "pull", media.Url + "live?…"), (details.StreamId, details.Transport, details.Source!.Url));
        Assert.Equal(SourceState.Running, details.Source.State);
        await RunningServer.UntilAsync(() => server.Pipeline.Samples > 16_000, "a second of sound was heard");
        // Sample by sample what was sent.
        var heard = server.Pipeline.Items.OfType<AudioBlock>().SelectMany(block => block.Samples.ToArray()).Take(8_000);
        Assert.Equal(Enumerable.Range(0, 8_000).Select(i => i / 32_768f), heard);
        Assert.Equal("hey marvin", server.Pipeline.Requests.Single().Words.Single().Text);

        var listed = await server.Server.Http.GetFromJsonAsync<SourceStatus[]>(Routes.Sources, ContractsJson.Options);
        Assert.Equal("radio", Assert.Single(listed!).StreamId);
        var events = server.EventsAsync("radio");
        using var ended = await server.Server.Http.DeleteAsync($"{Routes.Sources}/radio");
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.Equal(CloseReason.Completed, Assert.IsType<ClosedEvent>((await events)[^1]).Reason);
        using var gone = await server.Server.Http.GetAsync($"{Routes.Streams}/radio");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        using var again = await server.Server.Http.DeleteAsync($"{Routes.Sources}/radio");
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    [Fact]
    public async Task Source_that_breaks_and_comes_again_stays_one_stream_with_a_gap()
    {
        var isAway = false;
        await using var media = await MediaServer.StartAsync(context =>
        {
            if (isAway) context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return isAway ? Task.CompletedTask : MediaServer.WavAsync(context, TimeSpan.FromSeconds(1));
        });
        await using var server = await PullingServer.StartAsync(("Pull:MaxTries", "0"));
        await server.AddedAsync(new SourceRequest("door", media.Url));
        isAway = true;
        var waiting = await server.UntilAsync("door", SourceState.Waiting);
        Assert.Equal(FaultCodes.SourceUnreachable, waiting.Fault!.Code);
        Assert.NotNull(waiting.NextTryAt);
        var before = server.Pipeline.Samples;
        await Task.Delay(1_500);   // the second that came at once is over, and half of one more
        isAway = false;
        await RunningServer.UntilAsync(() => server.Pipeline.Samples > before + 8_000, "sound comes again");
        var events = server.EventsAsync("door");
        using var ended = await server.Server.Http.DeleteAsync($"{Routes.Streams}/door");
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        var told = await events;
        Assert.Single(told.OfType<OpenedEvent>());
        Assert.Contains(told.OfType<WarningEvent>(), warning => warning.Code == WarningCodes.SourceLost);
        var gap = told.OfType<GapEvent>().First();
        Assert.Equal((MediaKind.Audio, GapReason.MissingInInput), (gap.Kind, gap.Reason));
        Assert.True(gap.Duration > TimeSpan.FromSeconds(0.4), $"{gap}");
    }

    [Fact]
    public async Task File_is_heard_to_its_end_and_no_more()
    {
        byte[] file = [.. MediaServer.WavHeader(32_000), .. MediaServer.Samples(0, 16_000)];
        await using var media = await MediaServer.StartAsync(context =>
        {
            context.Response.ContentLength = file.Length;
            return context.Response.Body.WriteAsync(file).AsTask();
        });
        await using var server = await PullingServer.StartAsync();
        var events = server.EventsAsync("file");
        await server.AddedAsync(new SourceRequest("file", media.Url));
        var closed = Assert.IsType<ClosedEvent>((await events)[^1]);
        Assert.Equal((CloseReason.Completed, 1.0), (closed.Reason, closed.Duration.TotalSeconds));
        await server.UntilAsync("file", SourceState.Ended);
        Assert.Equal(1, media.Requests);
    }

    [Fact]
    public async Task Compressed_sound_and_pictures_in_a_transport_stream_are_decoded()
    {
        var file = Path.GetTempFileName();
        try
        {
            await RunFfmpegAsync(
                "-f", "lavfi", "-i", "sine=440:d=6", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=10:d=6", "-c:a", "aac", "-c:v",
                "mpeg2video", "-g", "10", "-f", "mpegts", "-y", file);
            await using var media = await MediaServer.StartAsync(async context =>
            {
                context.Response.ContentType = "video/mp2t";
                await context.Response.Body.WriteAsync(await File.ReadAllBytesAsync(file));
            });
            await using var server = await PullingServer.StartAsync(("Pull:MaxTries", "1"));
            await server.AddedAsync(new SourceRequest("camera", media.Url, Pictures: true));
            await server.UntilAsync("camera", SourceState.Failed);   // it isn't a file of stated length: a live one that ended
            Assert.InRange(server.Pipeline.Samples, 5 * 16_000, 7 * 16_000);
            Assert.InRange(server.Pipeline.Pictures, 50, 60);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task User_and_password_are_sent_to_who_asks_and_shown_to_nobody()
    {
        const string Secret = "pa55-w0rd";
        await using var media = await MediaServer.StartAsync(context =>
        {
            if (context.Request.Headers.Authorization != "Basic " + Convert.ToBase64String("cam:pa55-w0rd"u8))
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"camera\"";
                return Task.CompletedTask;
            }
            return MediaServer.EndlessWavAsync(context);
        });
        await using var server = await PullingServer.StartAsync();
        var refused = await server.RefusedAsync(new SourceRequest("a", media.Url), FaultCodes.SourceRefused);
        Assert.Contains("401", refused, StringComparison.Ordinal);
        refused += await server.RefusedAsync(new SourceRequest("a", media.UrlFor("cam", "wr0ng-" + Secret)), FaultCodes.SourceRefused);
        using var added = await server.AddAsync(new SourceRequest("a", media.UrlFor("cam", Secret) + $"?key={Secret}"));
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        var told = refused + await added.Content.ReadAsStringAsync() + string.Join('\n', server.Server.Log.Lines)
            + await server.Server.Http.GetStringAsync($"{Routes.Streams}/a") + await server.Server.Http.GetStringAsync(Routes.Sources);
        Assert.DoesNotContain(Secret, told, StringComparison.Ordinal);
        Assert.DoesNotContain("cam:", told, StringComparison.Ordinal);
    }

    private static async Task RunFfmpegAsync(params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start("ffmpeg", ["-v", "error", "-nostdin", .. arguments]);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
