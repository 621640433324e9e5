using System.Net;
using System.Net.Http.Json;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Server.Tests.Cluster;

/// <summary>Words are those of all nodes, whatever node they were given to.</summary>
[Trait("Category", "server")]
[Collection(nameof(ClusterCollection))]
public sealed class ClusterKeywordTests
{
    [Fact]
    public async Task Word_that_is_added_changed_recorded_and_removed_on_any_node_is_so_on_all()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var a = await StartAsync(redis, "a");
        await using var b = await StartAsync(redis, "b");
        await AddAsync(a, new KeywordRequest("marvin"));
        await UntilAsync(b, words => words is [{ Name: "marvin" }]);
        await AddAsync(b, new KeywordRequest("marvin", 2));
        await AddAsync(b, new KeywordRequest("jarvis"));
        await UntilAsync(a, words => words.Length == 2 && words[0].Request.FalseAlarmsPerHour == 2);

        using var form = new MultipartFormDataContent();
        for (var i = 0; i < 3; i++) form.Add(new ByteArrayContent(new byte[10 + i]), "file", $"{i}.wav");
        using var enrolled = await a.Http.PostAsync($"{Routes.Keywords}/marvin/recordings", form);
        enrolled.EnsureSuccessStatusCode();
        await UntilAsync(b, words => words.Any(word => word.Enrolment?.Recordings.Count == 3));
        using var forgotten = await b.Http.DeleteAsync($"{Routes.Keywords}/marvin/recordings");
        Assert.Equal(HttpStatusCode.NoContent, forgotten.StatusCode);
        await UntilAsync(a, words => words.All(word => word.Enrolment is null));

        // One that comes later has them when it is there.
        await using (var c = await StartAsync(redis, "c")) Assert.Equal(["jarvis", "marvin"], NamesOf(c));
        using var removed = await a.Http.DeleteAsync($"{Routes.Keywords}/marvin");
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        await UntilAsync(b, words => words is [{ Name: "jarvis" }]);
        using var refused = await a.Http.PostAsJsonAsync(Routes.Keywords, new KeywordRequest("no!"), ContractsJson.Options);
        Assert.Equal(FaultCodes.BadKeyword, await ProblemAnswer.CodeOfAsync(refused));
    }

    [Fact]
    public async Task Node_that_joins_brings_its_own_words_and_takes_the_others_word_for_what_both_know()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var a = await StartAsync(redis, "a");
        await AddAsync(a, new KeywordRequest("both", 2));
        foreach (var name in (string[])["removed", "computer"])
        {
            await AddAsync(a, new KeywordRequest(name));
            using var removed = await a.Http.DeleteAsync($"{Routes.Keywords}/{name}");
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        }
        // As it was when it was stopped; one of the settings comes with each start.
        var words = new FakeKeywords { OfSettings = ["computer"] };
        foreach (var name in (string[])["both", "removed", "alone", "computer"])
            await words.AddAsync(new KeywordRequest(name), CancellationToken.None);
        await using var b = await StartAsync(redis, "b", words);
        Assert.Equal(["alone", "both", "computer"], NamesOf(b));
        Assert.Equal(2, words.Find("both")!.Request.FalseAlarmsPerHour);
        await UntilAsync(a, all => all.Length == 3);
        Assert.Contains(b.Log.Lines, line => line.Contains("'both' of this node is another", StringComparison.Ordinal));
        Assert.Contains(b.Log.Lines, line => line.Contains("'removed' of this node was removed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Redis_that_is_away_keeps_words_from_being_changed_and_gets_them_back_when_it_has_forgotten_them()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var a = await StartAsync(redis, "a");
        await AddAsync(a, new KeywordRequest("marvin"));
        await redis.StopAsync();
        await RunningServer.UntilAsync(() => a.Part<AVServer.Server.Events.ISharedEvents>().Fault is not null, "the node says so");
        using var refused = await a.Http.PostAsJsonAsync(Routes.Keywords, new KeywordRequest("jarvis"), ContractsJson.Options);
        Assert.Equal(FaultCodes.ServerBusy, await ProblemAnswer.CodeOfAsync(refused));
        Assert.Equal(["marvin"], NamesOf(a));
        await redis.StartAsync();
        await RunningServer.UntilAsync(() => a.Part<AVServer.Server.Events.ISharedEvents>().Fault is null, "it is back");
        await using var b = await StartAsync(redis, "b");
        await UntilAsync(b, words => words is [{ Name: "marvin" }]);
    }

    [Fact]
    public async Task Word_is_measured_once_for_all_nodes()
    {
        using var folder = new TemporaryFolder();
        var models = Path.Combine(folder.Path, "models");
        TypedWordModels.Write(models);
        await using var services = Registry(models);
        await using var others = Registry(models);
        var (here, there) = (services.GetRequiredService<IKeywordRegistry>(), others.GetRequiredService<IKeywordRegistry>());
        var added = await here.AddAsync(new KeywordRequest("hey marvin", 0.25, 2, ["lobby*"]), CancellationToken.None);
        await there.ImportAsync(here.Export("hey marvin")!.Json, CancellationToken.None);
        Assert.Equal(here.Export("hey marvin"), there.Export("hey marvin"));
        Assert.Equivalent(added, there.Find("hey marvin"), strict: true);
        // Measured by another model, it has to be measured here.
        var another = here.Export("hey marvin")!.Json.Replace("phones-en", "phones-de", StringComparison.Ordinal);
        await there.ImportAsync(another, CancellationToken.None);
        Assert.Equal(here.Export("hey marvin"), there.Export("hey marvin"));
        await Assert.ThrowsAsync<KeywordException>(() => there.ImportAsync("{}", CancellationToken.None));
    }

    private static ServiceProvider Registry(string models) =>
        PipelineServices.BuildPipeline(models, new KeyValuePair<string, string?>("Keywords:Shipped", "false"));

    private static async Task<RunningServer> StartAsync(RedisServer redis, string node, FakeKeywords? words = null)
    {
        var server = await RunningServer.StartAsync(
            builder => builder.Services.AddSingleton<IKeywordRegistry>(words ?? new FakeKeywords()),
            ("Cluster:Redis", redis.Address), ("Cluster:Node", node), ("Cluster:LeaseTime", "00:00:01"));
        server.Pipeline.Models = [.. server.Pipeline.Models, .. FakeKeywords.Models];
        return server;
    }

    private static async Task AddAsync(RunningServer server, KeywordRequest request)
    {
        using var answer = await server.Http.PostAsJsonAsync(Routes.Keywords, request, ContractsJson.Options);
        answer.EnsureSuccessStatusCode();
    }

    private static IEnumerable<string> NamesOf(RunningServer server) =>
        server.Part<IKeywordRegistry>().Keywords.Select(word => word.Name).Order();

    private static Task UntilAsync(RunningServer server, Func<KeywordDetails[], bool> condition) =>
        RunningServer.UntilAsync(() => condition([.. server.Part<IKeywordRegistry>().Keywords]), "the node has the words");
}
