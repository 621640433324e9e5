using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Cluster;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Microsoft.AspNetCore.SignalR.Client;

namespace AVServer.Server.Tests.Cluster;

/// <summary>Jobs are those of all nodes: sent to any, worked on by any, read on any.</summary>
[Trait("Category", "server")]
[Collection(nameof(ClusterCollection))]
public sealed class ClusterJobTests : IAsyncLifetime
{
    // Gives a sign each fifteen seconds: too seldom for nodes that take a second's silence for death.
    private static readonly (string, string) Slow = ("Cluster:LeaseTime", "00:01:00");

    private readonly TemporaryFolder _folder = new();
    private RedisServer _redis = null!;

    private string Jobs => Path.Combine(_folder.Path, "jobs");

    public async ValueTask InitializeAsync() => _redis = await RedisServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Jobs_are_sent_to_any_node_and_listed_followed_read_and_removed_on_all()
    {
        await using var a = await StartAsync("a");
        await using var b = await StartAsync("b");
        a.Pipeline.PauseAfterStep = b.Pipeline.PauseAfterStep = 4;
        var first = await SubmitAsync(a);
        var second = await SubmitAsync(a);
        Assert.Equal(("a.wav", TimeSpan.FromSeconds(5_000)), (first.File, first.Total));
        // One node works on each, and the other sees how far it is.
        foreach (var job in (JobStatus[])[first, second])
            await UntilAsync(a, job.Id, status => status is { State: JobState.Running, Done.TotalSeconds: 2_000, Tries: 1 });
        var listed = await ListAsync(b);
        Assert.Equal([first.Id, second.Id], listed.Select(job => job.Id));
        Assert.Equal(["a", "b"], listed.Select(job => job.Node!).Order());
        var (hub, _) = await HubClient.ConnectAsync(b);
        await using var connection = hub;
        var watched = hub.StreamAsync<JobStatus>(HubMethods.Job, first.Id).ToListAsync();
        a.Pipeline.Resume();
        b.Pipeline.Resume();
        foreach (var node in (RunningServer[])[a, b])
            foreach (var job in (JobStatus[])[first, second])
            {
                await UntilAsync(node, job.Id, status => status is { State: JobState.Succeeded, EndedAt: not null });
                var report = (await node.Http.GetFromJsonAsync<ScoreReport>($"{Routes.Jobs}/{job.Id}/result", ContractsJson.Options))!;
                Assert.Equal(("a.wav", 5_000.0, 10), (report.File, report.DurationSeconds, report.Events.Count));
                Assert.NotEmpty(Assert.Single(report.Posteriors!).Values);
                Assert.Equal("heardOnly", Assert.Single(report.Warnings!).Code);
            }
        Assert.Equal(JobState.Succeeded, (await watched)[^1].State);
        foreach (var job in (JobStatus[])[first, second])
            using (var removed = await b.Http.DeleteAsync($"{Routes.Jobs}/{job.Id}"))
                Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Empty(await ListAsync(a));
        Assert.Empty(Directory.GetFileSystemEntries(Jobs));
        using var gone = await a.Http.GetAsync($"{Routes.Jobs}/{first.Id}/result");
        Assert.Equal(FaultCodes.NotFound, await ProblemAnswer.CodeOfAsync(gone));
    }

    [Fact]
    public async Task Job_of_a_node_that_gives_no_sign_is_begun_again_by_another_whose_result_stays()
    {
        await using var a = await StartAsync("a", Slow);
        a.Pipeline.PauseAfterStep = 2;
        var job = await SubmitAsync(a);
        await UntilAsync(a, job.Id, status => status.State == JobState.Running);
        await using var b = await StartAsync("b");
        var ended = await UntilAsync(b, job.Id, status => status.State == JobState.Succeeded);
        Assert.Equal(("b", 2), (ended.Node, ended.Tries));
        // It comes back, and finds that the job isn't its own any more.
        a.Pipeline.Resume();
        await RunningServer.UntilAsync(() => a.Pipeline.Scoring == 0, "it is through");
        Assert.Equal(ended, await a.Http.GetFromJsonAsync<JobStatus>($"{Routes.Jobs}/{job.Id}", ContractsJson.Options));
        await RunningServer.UntilAsync(
            () => Directory.GetFiles(Path.Combine(Jobs, job.Id)).Length == 3, "request, events and report of one are left");
        var report = await a.Http.GetFromJsonAsync<ScoreReport>($"{Routes.Jobs}/{job.Id}/result", ContractsJson.Options);
        Assert.Equal(10, report!.Events.Count);
    }

    [Fact]
    public async Task Job_that_ends_one_node_after_the_other_is_given_up_and_can_be_put_back()
    {
        await using var a = await StartAsync("a", Slow);
        a.Pipeline.Pause();
        var job = await SubmitAsync(a);
        await UntilAsync(a, job.Id, status => status.State == JobState.Running);
        using (var refused = await a.Http.PostAsync($"{Routes.Jobs}/{job.Id}/retry", null))
            Assert.Equal(FaultCodes.BadRequest, await ProblemAnswer.CodeOfAsync(refused));
        await using var b = await StartAsync("b", ("Jobs:Tries", "1"));
        var given = await UntilAsync(b, job.Id, status => status.State == JobState.Failed);
        Assert.Equal(FaultCodes.JobGivenUp, given.Error?.Code);
        Assert.Equal(given, Assert.Single((await a.Http.GetFromJsonAsync<JobStatus[]>(Routes.GivenUpJobs, ContractsJson.Options))!));
        using (var result = await b.Http.GetAsync($"{Routes.Jobs}/{job.Id}/result"))
            Assert.Equal(FaultCodes.JobGivenUp, await ProblemAnswer.CodeOfAsync(result));

        using (var retried = await a.Http.PostAsync($"{Routes.Jobs}/{job.Id}/retry", null))
            Assert.True(retried.IsSuccessStatusCode);
        await UntilAsync(b, job.Id, status => status.State == JobState.Succeeded);
        Assert.Empty((await a.Http.GetFromJsonAsync<JobStatus[]>(Routes.GivenUpJobs, ContractsJson.Options))!);
    }

    [Fact]
    public async Task Node_that_stops_in_order_gives_its_job_back_and_no_try_is_counted()
    {
        await using var a = await StartAsync("a");
        a.Pipeline.Pause();
        var job = await SubmitAsync(a);
        await UntilAsync(a, job.Id, status => status.State == JobState.Running);
        await using var b = await StartAsync("b", Slow);   // which would take a dead node's after a minute only
        await a.StopAsync().WaitAsync(TestTimeout.Longest);
        var ended = await UntilAsync(b, job.Id, status => status.State == JobState.Succeeded);
        Assert.Equal(("b", 1), (ended.Node, ended.Tries));
    }

    [Fact]
    public async Task Running_job_that_is_removed_stops_and_its_watchers_are_told()
    {
        await using var a = await StartAsync("a");
        await using var b = await StartAsync("b");
        a.Pipeline.Pause();
        b.Pipeline.Pause();
        var job = await SubmitAsync(a);
        await UntilAsync(a, job.Id, status => status.State == JobState.Running);
        var (hub, _) = await HubClient.ConnectAsync(a);
        await using var connection = hub;
        var watched = await hub.StreamAsChannelAsync<JobStatus>(HubMethods.Job, job.Id);
        Assert.Equal(JobState.Running, (await watched.ReadAsync()).State);
        using (var removed = await b.Http.DeleteAsync($"{Routes.Jobs}/{job.Id}"))
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Equal(JobState.Cancelled, (await watched.ReadAllAsync().LastAsync()).State);
        await RunningServer.UntilAsync(() => a.Pipeline.Scoring + b.Pipeline.Scoring == 0, "nobody scores it");
        Assert.Empty(Directory.GetFileSystemEntries(Jobs));
        Assert.DoesNotContain(a.Log.Lines.Concat(b.Log.Lines), line => line.Contains("The server failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Redis_that_forgets_its_jobs_is_told_of_them_by_the_folder()
    {
        await using var a = await StartAsync("a");
        var ended = await SubmitAsync(a);
        await UntilAsync(a, ended.Id, status => status.State == JobState.Succeeded);
        a.Pipeline.Pause();
        var running = await SubmitAsync(a);
        await UntilAsync(a, running.Id, status => status.State == JobState.Running);
        var waiting = await SubmitAsync(a);
        await _redis.StopAsync();
        await RunningServer.UntilAsync(() => a.Part<RedisConnection>().Fault is not null, "the node says so");
        using (var refused = await a.Http.GetAsync(Routes.Jobs))
            Assert.Equal(FaultCodes.ServerBusy, await ProblemAnswer.CodeOfAsync(refused));
        await _redis.StartAsync();
        a.Pipeline.Resume();
        foreach (var job in (JobStatus[])[ended, running, waiting])
        {
            await UntilAsync(a, job.Id, status => status.State == JobState.Succeeded);
            var report = await a.Http.GetFromJsonAsync<ScoreReport>($"{Routes.Jobs}/{job.Id}/result", ContractsJson.Options);
            Assert.Equal(10, report!.Events.Count);
        }
    }

    [Fact]
    public async Task Limits_are_those_of_all_nodes()
    {
        (string, string)[] few =
        [
            ("Jobs:Queued", "1"), ("Jobs:Kept", "1"), ("Jobs:Retention", "00:00:01"), ("Security:ApiKey", TestKeys.ApiKey),
            ("Security:Limits:Jobs", "3"),
        ];
        await using var a = await StartAsync("a", few);
        await using var b = await StartAsync("b", few);
        foreach (var node in (RunningServer[])[a, b])
        {
            node.Http.DefaultRequestHeaders.Add("X-Api-Key", TestKeys.ApiKey);
            node.Pipeline.Pause();
        }
        foreach (var _ in (RunningServer[])[a, b])
        {
            var running = await SubmitAsync(a);
            await UntilAsync(a, running.Id, status => status.State == JobState.Running);
        }
        await SubmitAsync(a);
        using (var fourth = await PostAsync(a)) Assert.Equal(FaultCodes.TooManyRequests, await ProblemAnswer.CodeOfAsync(fourth));
        using (var full = await PostAsync(b)) Assert.Equal(FaultCodes.ServerBusy, await ProblemAnswer.CodeOfAsync(full));
        a.Pipeline.Resume();
        b.Pipeline.Resume();
        // Their time is over soon; then the key has its places again.
        await RunningServer.UntilAsync(() => Directory.GetFileSystemEntries(Jobs).Length == 0, "they are forgotten");
        await RunningServer.UntilAsync(
            () =>
            {
                using var again = PostAsync(a).GetAwaiter().GetResult();
                return again.StatusCode == HttpStatusCode.Accepted;
            },
            "the key may send another");
    }

    [Fact]
    public async Task Folder_that_can_t_be_used_keeps_the_server_from_starting()
    {
        var file = Path.Combine(_folder.Path, "file");
        await File.WriteAllTextAsync(file, "");
        var noFolder = await Assert.ThrowsAsync<SetupException>(() => StartAsync("a", ("Cluster:SharedFolder", Path.Combine(file, "x"))));
        Assert.Contains("Cluster:SharedFolder to be a folder that this server can write", noFolder.Message, StringComparison.Ordinal);
        await using (await StartAsync("a")) { }
        var another = await Assert.ThrowsAsync<SetupException>(
            () => StartAsync("b", ("Cluster:SharedFolder", Path.Combine(_folder.Path, "another"))));
        Assert.Contains("to be the folder that the other nodes have", another.Message, StringComparison.Ordinal);
        var alone = await Assert.ThrowsAnyAsync<Exception>(() => RunningServer.StartAsync(("Cluster:SharedFolder", _folder.Path)));
        Assert.Contains("Expected Cluster:Redis beside Cluster:SharedFolder", alone.Message, StringComparison.Ordinal);
    }

    private Task<RunningServer> StartAsync(string node, params (string Key, string Value)[] settings) => ClusterNodes.StartAsync(
        _redis, node, [.. settings.Prepend(("Cluster:SharedFolder", _folder.Path)).Reverse().DistinctBy(setting => setting.Item1)]);

    private static async Task<JobStatus[]> ListAsync(RunningServer server) =>
        (await server.Http.GetFromJsonAsync<JobStatus[]>(Routes.Jobs, ContractsJson.Options))!;

    private static async Task<JobStatus> SubmitAsync(RunningServer server)
    {
        using var response = await PostAsync(server);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JobStatus>(ContractsJson.Options))!;
    }

    private static async Task<HttpResponseMessage> PostAsync(RunningServer server)
    {
        using var file = new ByteArrayContent(new byte[5_000]) { Headers = { ContentType = new MediaTypeHeaderValue("audio/wav") } };
        return await server.Http.PostAsync(Routes.Score + "?job=true&fileName=a.wav&posteriors=true&video=false", file);
    }

    private static async Task<JobStatus> UntilAsync(RunningServer server, string id, Func<JobStatus, bool> condition)
    {
        JobStatus? status = null;
        for (var timeout = TestTimeout.Token(); !timeout.IsCancellationRequested; await Task.Delay(20))
        {
            using var answer = await server.Http.GetAsync($"{Routes.Jobs}/{id}");
            if (!answer.IsSuccessStatusCode) continue;   // Redis is just away, or not told yet
            status = (await answer.Content.ReadFromJsonAsync<JobStatus>(ContractsJson.Options))!;
            if (condition(status)) return status;
        }
        throw new TimeoutException($"Expected within {TestTimeout.Longest.TotalSeconds} s: the job gets there; it is {status}.");
    }
}
