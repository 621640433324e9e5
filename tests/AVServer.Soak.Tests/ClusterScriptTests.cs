using System.Net.Http.Json;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.TestKit;

namespace AVServer.Soak.Tests;

/// <summary><c>scripts/cluster.sh</c>: what it starts is a cluster, and it ends what it started.</summary>
[Trait("Category", "slow")]
[Collection(nameof(SoakTable))]
public sealed class ClusterScriptTests
{
    [Fact]
    public async Task Cluster_answers_behind_nginx_and_is_gone_when_it_is_ended()
    {
        await using var cluster = await ClusterScript.StartAsync();
        using var http = new HttpClient { BaseAddress = cluster.Address() };
        var health = await http.GetFromJsonAsync<JsonElement>(Routes.HealthReady, TestTimeout.Token());
        Assert.Equal("connected", health.GetProperty("cluster").GetString());
        await cluster.DoAsync("kill", "node-1");
        using var history = await http.GetAsync(new Uri(Routes.EventHistory, UriKind.Relative), TestTimeout.Token());
        Assert.True(history.IsSuccessStatusCode, $"Expected an answer of the other nodes, got {history.StatusCode}.");
        var parts = cluster.Parts().ToList();
        Assert.Equal(5, parts.Count);   // two nodes, Redis, PostgreSQL, nginx
        await cluster.EndAsync();
        Assert.DoesNotContain(parts, part => Directory.Exists($"/proc/{part}"));
        Assert.False(Directory.Exists(cluster.Folder));
    }
}
