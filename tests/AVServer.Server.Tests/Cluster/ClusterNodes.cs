using System.Globalization;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Cluster;

/// <summary>Tests of them run by themselves: a second of silence is a node's death.</summary>
[CollectionDefinition(nameof(ClusterCollection), DisableParallelization = true)]
public sealed class ClusterCollection;

/// <summary>Nodes of a cluster, what is sent to them and read from them.</summary>
internal static class ClusterNodes
{
    /// <summary>A node whose silence the others take for death after a second, unless the settings say otherwise.</summary>
    public static Task<RunningServer> StartAsync(RedisServer redis, string node, params (string Key, string Value)[] settings) =>
        RunningServer.StartAsync(Settings(redis, node, settings));

    /// <summary>Settings of such a node.</summary>
    public static (string Key, string Value)[] Settings(RedisServer redis, string node, (string Key, string Value)[] settings)
    {
        (string Key, string Value)[] own = [("Cluster:Redis", redis.Address), ("Cluster:Node", node), ("Cluster:LeaseTime", "00:00:01")];
        return [.. own.ExceptBy(settings.Select(setting => setting.Key), setting => setting.Key), .. settings];
    }

    /// <summary>Sends wake words, one each half second of media.</summary>
    public static async Task SendWordsAsync(RunningServer server, string streamId, int count)
    {
        using var sender = await MediaSender.OpenAsync(server, streamId);
        for (var i = 1; i <= count; i++) await sender.SendAsync(0.5 * i, "Word!!");
        await sender.CloseAsync();
    }

    /// <summary>The first events of stream <c>s</c> behind a place.</summary>
    public static async Task<List<StreamEvent>> ReadAsync(RunningServer server, EventCursor after, int count)
    {
        using var response = await OpenAsync(server, after);
        return await ReadAsync(response, count);
    }

    /// <summary>Begins to read stream <c>s</c> behind a place; the node has taken the reader in.</summary>
    public static async Task<HttpResponseMessage> OpenAsync(RunningServer server, EventCursor after)
    {
        var response = await server.Http.GetAsync(
            $"{Routes.Events}?streamId=s&after={after}", HttpCompletionOption.ResponseHeadersRead);
        if (!response.IsSuccessStatusCode) Assert.Fail(await response.Content.ReadAsStringAsync());
        return response;
    }

    /// <summary>The first events that a reader is given.</summary>
    public static async Task<List<StreamEvent>> ReadAsync(HttpResponseMessage response, int count)
    {
        var items = SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync(TestTimeout.Token());
        return await items.Take(count).Select(item => JsonSerializer.Deserialize<StreamEvent>(item.Data, ContractsJson.Options)!)
            .ToListAsync();
    }

    /// <summary>What a node lists as open streams.</summary>
    public static async Task<StreamSummary[]> ListAsync(RunningServer server) =>
        (await server.Http.GetFromJsonAsync<StreamSummary[]>(Routes.Streams, ContractsJson.Options))!;

    /// <summary>Types and numbers.</summary>
    public static IEnumerable<string> Names(IEnumerable<StreamEvent> events) =>
        from e in events
        let type = JsonSerializer.SerializeToElement(e, ContractsJson.Options).GetProperty("type")
        select string.Create(CultureInfo.InvariantCulture, $"{type} {(e is LostEvent ? 0 : e.Sequence)}");
}
