using System.Net;
using System.Net.Http.Json;
using AVServer.Contracts;
using AVServer.Server.Events;
using AVServer.Server.Sources;
using AVServer.Server.Tests.Kit;

namespace AVServer.Server.Tests.Cluster;

/// <summary>A source is pulled by one node, and by another when that one stops or dies.</summary>
[Trait("Category", "server")]
[Collection(nameof(ClusterCollection))]
public sealed class ClusterSourceTests
{
    [Fact]
    public async Task Source_of_a_node_that_stops_goes_on_on_another()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var media = await MediaServer.StartAsync(MediaServer.EndlessWavAsync);
        await using var b = await StartAsync(redis, "b");
        await using (var a = await StartAsync(redis, "a"))
        {
            await a.AddedAsync(new SourceRequest("s", media.UrlFor("user", "secret"), Words: ["hey marvin"]));
            await UntilAsync(b, all => all is [{ StreamId: "s", State: SourceState.Running }]);
            Assert.DoesNotContain("secret", (await b.StatusAsync("s")).Url, StringComparison.Ordinal);
            var refused = await b.RefusedAsync(new SourceRequest("s", media.Url), FaultCodes.StreamBusy);
            Assert.Contains("pulled", refused, StringComparison.Ordinal);
        }
        await RunningServer.UntilAsync(() => OnNode(b)?.State == SourceState.Running, "the other node pulls it");
        Assert.Equal(2, media.Requests);
        Assert.Equal(["hey marvin"], Assert.Single(b.Pipeline.Requests).Words.Select(word => word.Text));
        await UntilAsync(b, all => all is [{ StreamId: "s" }]);
    }

    [Fact]
    public async Task Source_of_a_node_that_gives_no_sign_is_taken_over_with_its_stream()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var media = await MediaServer.StartAsync(MediaServer.EndlessWavAsync);
        // Gives a sign each fifteen seconds: too seldom for the other.
        await using var a = await StartAsync(redis, "a", ("Cluster:LeaseTime", "00:01:00"));
        await a.AddedAsync(new SourceRequest("s", media.Url));
        await using var b = await StartAsync(redis, "b");
        await RunningServer.UntilAsync(() => OnNode(b)?.State == SourceState.Running, "the other node pulls it");
        Assert.Contains(b.Server.Log.Lines, line => line.Contains("this one pulls it from now on", StringComparison.Ordinal));
        await RunningServer.UntilAsync(() => OnNode(a) is null or { State: SourceState.Failed }, "the first one lets it be");
    }

    [Fact]
    public async Task Source_is_ended_by_way_of_any_node_and_one_that_is_over_is_nobody_s()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var media = await MediaServer.StartAsync(MediaServer.EndlessWavAsync);
        await using var a = await StartAsync(redis, "a", ("Pull:MaxTries", "1"));
        await using var b = await StartAsync(redis, "b", ("Pull:MaxTries", "1"));
        await a.AddedAsync(new SourceRequest("s", media.Url));
        using (var ended = await b.Server.Http.DeleteAsync($"{Routes.Sources}/s")) Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        await RunningServer.UntilAsync(() => OnNode(a) is null, "the node that pulled it ended it");
        using (var again = await b.Server.Http.DeleteAsync($"{Routes.Sources}/s")) Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);

        using var added = await a.AddAsync(new SourceRequest("t", "http://127.0.0.1:1/"), wait: false);
        await UntilAsync(b, all => all is [{ StreamId: "t", State: SourceState.Failed }]);
        await RunningServer.UntilAsync(
            () => b.AddAsync(new SourceRequest("t", media.Url)).GetAwaiter().GetResult().IsSuccessStatusCode, "its id is free");
        Assert.Equal(SourceState.Running, OnNode(b)!.State);
    }

    [Fact]
    public async Task Source_of_the_settings_is_pulled_once_and_known_again_to_a_Redis_that_forgot_it()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var media = await MediaServer.StartAsync(MediaServer.EndlessWavAsync);
        (string, string)[] settings = [("Sources:0:StreamId", "s"), ("Sources:0:Url", media.Url)];
        await using var b = await StartAsync(redis, "b", settings);
        await RunningServer.UntilAsync(() => OnNode(b)?.State == SourceState.Running, "it is pulled");
        await using var a = await StartAsync(redis, "a", settings);
        Assert.Null(OnNode(a));
        Assert.Equal(1, media.Requests);

        await redis.StopAsync();
        await RunningServer.UntilAsync(() => b.Server.Part<ISharedEvents>().Fault is not null, "the node says so");
        using (var refused = await b.AddAsync(new SourceRequest("t", media.Url)))
            Assert.Equal(FaultCodes.ServerBusy, await ProblemAnswer.CodeOfAsync(refused));
        await redis.StartAsync();
        await UntilAsync(a, all => all is [{ StreamId: "s", State: SourceState.Running }]);
        Assert.Null(OnNode(a));
        Assert.Equal(1, media.Requests);   // through all of it
    }

    private static Task<PullingServer> StartAsync(RedisServer redis, string node, params (string Key, string Value)[] settings) =>
        PullingServer.StartAsync(ClusterNodes.Settings(redis, node, settings));

    private static SourceStatus? OnNode(PullingServer server) => server.Server.Part<SourceRegistry>().Find("s")
        ?? server.Server.Part<SourceRegistry>().Find("t");

    private static async Task UntilAsync(PullingServer server, Func<SourceStatus[], bool> condition)
    {
        SourceStatus[]? all = null;
        for (var timeout = TestKit.TestTimeout.Token(); !timeout.IsCancellationRequested; await Task.Delay(50))
        {
            using var answer = await server.Server.Http.GetAsync(Routes.Sources);
            if (!answer.IsSuccessStatusCode) continue;   // Redis was away a moment ago
            all = await answer.Content.ReadFromJsonAsync<SourceStatus[]>(ContractsJson.Options);
            if (condition(all!)) return;
        }
        throw new TimeoutException($"Expected other sources, got {string.Join(", ", all?.Select(source => source.ToString()) ?? [])}.");
    }
}
