using System.Net;
using AVServer.Contracts;
using AVServer.Server.Security;
using AVServer.Server.Tests.Kit;

namespace AVServer.Server.Tests.Cluster;

/// <summary>A key's share is one for all nodes.</summary>
[Trait("Category", "server")]
[Collection(nameof(ClusterCollection))]
public sealed class ClusterKeyLimitTests
{
    [Fact]
    public async Task Streams_on_one_node_count_on_the_other_until_they_end()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var a = await StartAsync(redis, "a", ("Streams", "2"));
        await using var b = await StartAsync(redis, "b", ("Streams", "2"));
        using var first = await MediaSender.OpenAsync(a, "s", TestKeys.QueryOf("k"));
        using (await MediaSender.OpenAsync(a, "t", TestKeys.QueryOf("k")))
        {
            await UntilAsync(b, usage => usage.Streams == 2);
            using var refused = await b.SendWithKeyAsync("PUT", "/media/u?container=wav", "k", new ByteArrayContent([1]));
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.Contains(
                "2 streams at once", await ProblemAnswer.DetailOfAsync(refused, FaultCodes.TooManyRequests), StringComparison.Ordinal);
            using var other = await MediaSender.OpenAsync(b, "v", TestKeys.QueryOf("l"));
        }
        await UntilAsync(b, usage => usage.Streams == 1);
        using var again = await MediaSender.OpenAsync(b, "u", TestKeys.QueryOf("k"));
    }

    [Fact]
    public async Task Requests_and_bytes_to_one_node_count_on_the_other()
    {
        await using var redis = await RedisServer.StartAsync();
        (string, string)[] limits = [("RequestsPerMinute", "4"), ("BytesPerHour", "8192")];
        await using var a = await StartAsync(redis, "a", limits);
        await using var b = await StartAsync(redis, "b", limits);
        using (var scored = await a.SendWithKeyAsync("POST", Routes.Score, "k", new ByteArrayContent(new byte[6_144])))
            Assert.NotEqual(HttpStatusCode.TooManyRequests, scored.StatusCode);
        await UntilAsync(b, usage => usage is { Requests: 1, Kibibytes: 6 });
        using (var full = await b.SendWithKeyAsync("POST", Routes.Score, "k", new ByteArrayContent(new byte[6_144])))
            Assert.Contains(
                "8192 bytes an hour", await ProblemAnswer.DetailOfAsync(full, FaultCodes.TooManyRequests), StringComparison.Ordinal);
        for (var i = 0; i < 2; i++) Assert.Equal(HttpStatusCode.OK, await AskAsync(b));
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(b));
    }

    [Fact]
    public async Task Node_that_is_alone_or_whose_others_died_counts_for_itself()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var a = await StartAsync(redis, "a", ("RequestsPerMinute", "2"));
        await using (var b = await StartAsync(redis, "b", ("RequestsPerMinute", "2")))
        {
            for (var i = 0; i < 2; i++) Assert.Equal(HttpStatusCode.OK, await AskAsync(b));
            await UntilAsync(a, usage => usage.Requests == 2);
            Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(a));
        }
        await UntilAsync(a, usage => usage.Requests == 0);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(a));

        await using var c = await StartAsync(redis, "c", ("RequestsPerMinute", "2"));
        await UntilAsync(c, usage => usage.Requests == 1);
        await redis.StopAsync();
        await UntilAsync(c, usage => usage.Requests == 0);
        for (var i = 0; i < 2; i++) Assert.Equal(HttpStatusCode.OK, await AskAsync(c));
    }

    private static Task<RunningServer> StartAsync(RedisServer redis, string node, params (string Name, string Value)[] limits) =>
        ClusterNodes.StartAsync(
            redis, node,
            [
                .. TestKeys.Settings(0, "k", Scope.All), .. TestKeys.Settings(1, "l", Scope.All),
                .. limits.Select(limit => ($"Security:Limits:{limit.Name}", limit.Value)),
            ]);

    private static Task UntilAsync(RunningServer server, Func<KeyUsage, bool> condition) =>
        RunningServer.UntilAsync(() => condition(server.Part<UsageOfOthers>().Of("key k")), "the node has heard of it");

    private static async Task<HttpStatusCode> AskAsync(RunningServer server)
    {
        using var answer = await server.SendWithKeyAsync("GET", Routes.Models, "k");
        return answer.StatusCode;
    }
}
