using System.Net;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Configuration;
using AVServer.Server.Tests.Kit;
using AVServer.Server.Tests.Streams;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Sources;

/// <summary>
/// Sources that aren't there are tried again, as often as it is set. Alone, since other servers of the process would be counted too.
/// </summary>
[Trait("Category", "server")]
[Collection(nameof(ManyStreamsTests))]
public sealed class SourceRetryTests
{
    [Fact]
    public async Task Source_that_comes_later_is_waited_for()
    {
        var port = FreePort.Find();
        await using var server = await PullingServer.StartAsync(("Pull:MaxTries", "0"));
        using var added = await server.AddAsync(new SourceRequest("s", $"http://127.0.0.1:{port}/"), wait: false);
        Assert.Equal(HttpStatusCode.Accepted, added.StatusCode);
        Assert.Equal($"{Routes.Streams}/s", added.Headers.Location?.ToString());
        var waiting = await server.UntilAsync("s", SourceState.Waiting);
        Assert.Equal(FaultCodes.SourceUnreachable, waiting.Fault!.Code);
        await using var media = await MediaServer.StartAsync(MediaServer.EndlessWavAsync, port: port);
        Assert.True((await server.UntilAsync("s", SourceState.Running)).Tries > 0);
        var scrape = await Scrape.OfAsync(server.Server);
        Assert.Equal((1, 1), (scrape["avserver_sources_open"], scrape["avserver_sources_running"]));
        Assert.True(scrape["avserver_sources_failures_total", ("code", FaultCodes.SourceUnreachable)] > 0);
    }

    [Fact]
    public async Task Source_that_was_tried_too_often_is_given_up_and_its_place_free()
    {
        await using var server = await PullingServer.StartAsync(("Pull:MaxTries", "2"), ("Pull:MaxSources", "1"));
        using var added = await server.AddAsync(new SourceRequest("s", "http://127.0.0.1:1/"), wait: false);
        var failed = await server.UntilAsync("s", SourceState.Failed);
        Assert.Equal((2, null), (failed.Tries, failed.NextTryAt));
        Assert.Equal(1, (await Scrape.OfAsync(server.Server))["avserver_sources_given_up_total"]);
        await using var media = await MediaServer.StartAsync(MediaServer.EndlessWavAsync);
        await server.AddedAsync(new SourceRequest("s", media.Url));   // the same id again
        using var ended = await server.Server.Http.DeleteAsync($"{Routes.Sources}/s");
        using var again = await server.AddAsync(new SourceRequest("s", "http://127.0.0.1:1/"), wait: false);
        await server.UntilAsync("s", SourceState.Failed);
        await server.AddedAsync(new SourceRequest("t", media.Url));   // whose place is taken
        using var gone = await server.Server.Http.GetAsync($"{Routes.Streams}/s");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Stream_of_a_source_that_is_given_up_ends_with_the_reason()
    {
        var answers = 0;
        await using var media = await MediaServer.StartAsync(context =>
            Interlocked.Increment(ref answers) == 1 ? MediaServer.WavAsync(context, TimeSpan.FromSeconds(0.5)) : Refuse(context));
        await using var server = await PullingServer.StartAsync();
        var events = server.EventsAsync("s");
        await server.AddedAsync(new SourceRequest("s", media.Url));
        var told = await events;
        Assert.Equal(FaultCodes.SourceRefused, Assert.Single(told.OfType<FaultEvent>()).Code);
        Assert.Equal(CloseReason.Faulted, Assert.IsType<ClosedEvent>(told[^1]).Reason);
        await server.UntilAsync("s", SourceState.Failed);   // who lets nobody in is asked once

        static Task Refuse(Microsoft.AspNetCore.Http.HttpContext context)
        {
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Source_that_stalls_is_connected_to_again()
    {
        await using var media = await MediaServer.StartAsync(async context =>
        {
            await context.Response.Body.WriteAsync((byte[])[.. MediaServer.WavHeader(), .. MediaServer.Samples(0, 16_000)]);
            await context.Response.Body.FlushAsync();
            await Task.Delay(TestTimeout.Longest, context.RequestAborted);
        });
        await using var server = await PullingServer.StartAsync(("Pull:MediaTimeout", "00:00:05"), ("Pull:MaxTries", "0"));
        await server.AddedAsync(new SourceRequest("s", media.Url));
        Assert.Contains("within 5 s", (await server.UntilAsync("s", SourceState.Waiting)).Fault!.Message, StringComparison.Ordinal);
        await RunningServer.UntilAsync(() => media.Requests > 1, "it was asked again");
        Assert.Single(server.Pipeline.Requests);   // on the same stream
    }

    [Fact]
    public async Task Configured_source_starts_with_the_server_and_ends_with_it()
    {
        await using var media = await MediaServer.StartAsync(MediaServer.EndlessWavAsync);
        await using var server = await PullingServer.StartAsync(("Sources:0:StreamId", "door"), ("Sources:0:Url", media.Url));
        await server.UntilAsync("door", SourceState.Running);
        var events = server.EventsAsync("door");
        await server.Server.StopAsync();
        Assert.Equal(CloseReason.ServerStopping, Assert.IsType<ClosedEvent>((await events)[^1]).Reason);
    }

    [Fact]
    public async Task What_is_wrong_with_configured_sources_is_told_at_the_start_without_their_passwords()
    {
        var wrong = await Assert.ThrowsAsync<AggregateException>(() => PullingServer.StartAsync(
            ("Sources:0:StreamId", "-"), ("Sources:0:Url", "gopher://u:hidden@a/"), ("Sources:1:StreamId", "-"),
            ("Sources:1:Url", "http://a/"), ("Sources:1:Sound", "false"), ("Pull:MaxTries", "-1"),
            ("Pull:AllowedNetworks:1", "10.0.0.0/40"), ("Pull:FirstPause", "00:00:10")));
        var told = StartFaults.Explain(wrong)!;
        string[] expected =
        [
            "Sources:0:StreamId", "Sources:0:Url", "'gopher'", "'-' twice", "Sources:1:Sound", "MaxTries", "'10.0.0.0/40'",
            "Pull:FirstPause",
        ];
        Assert.All(expected, part => Assert.Contains(part, told, StringComparison.Ordinal));
        Assert.DoesNotContain("hidden", told, StringComparison.Ordinal);
        var tooMany = await Assert.ThrowsAsync<SetupException>(() => PullingServer.StartAsync(
            ("Sources:0:StreamId", "a"), ("Sources:0:Url", "http://a/"), ("Pull:MaxSources", "0")));
        Assert.StartsWith("Sources:0: Expected at most 0 sources (Pull:MaxSources)", tooMany.Message, StringComparison.Ordinal);
    }
}
