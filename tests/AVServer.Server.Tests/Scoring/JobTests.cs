using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using AVServer.Contracts;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace AVServer.Server.Tests.Scoring;

/// <summary>Jobs through the whole server; the fake pipeline hears a second a byte in ten steps with a wake word each.</summary>
[Trait("Category", "server")]
public sealed class JobTests
{
    private static readonly byte[] File = new byte[5_000];

    [Fact]
    public async Task Job_is_followed_to_its_result_and_its_files_are_gone()
    {
        await using var server = await RunningServer.StartAsync();
        server.Pipeline.PauseAfterStep = 4;
        var job = await SubmitAsync(server, "?job=true&fileName=a.wav&posteriors=true");
        Assert.Equal("a.wav", job.File);
        Assert.Equal(TimeSpan.FromSeconds(5_000), job.Total);
        await UntilAsync(server, job.Id, status => status is { State: JobState.Running, Done.TotalSeconds: 2_000 });
        Assert.Equal(job.Id, Assert.Single((await server.Http.GetFromJsonAsync<JobStatus[]>(Routes.Jobs, ContractsJson.Options))!).Id);
        using var early = await server.Http.GetAsync($"{Routes.Jobs}/{job.Id}/result");
        Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);
        Assert.Equal(FaultCodes.JobNotFinished, await ProblemAnswer.CodeOfAsync(early));

        server.Pipeline.Resume();
        var ended = await UntilAsync(server, job.Id, status => status.State == JobState.Succeeded);
        Assert.NotNull(ended.EndedAt);
        var report = (await server.Http.GetFromJsonAsync<ScoreReport>($"{Routes.Jobs}/{job.Id}/result", ContractsJson.Options))!;
        Assert.Equal(("a.wav", 5_000.0), (report.File, report.DurationSeconds));
        Assert.Equal(
            Enumerable.Range(1, 10).Select(step => step * 500.0),
            report.Events.OfType<WakeWordEvent>().Select(word => word.Start.TotalSeconds));
        Assert.NotEmpty(Assert.Single(report.Posteriors!).Values);

        using var forgotten = await server.Http.DeleteAsync($"{Routes.Jobs}/{job.Id}");
        Assert.Equal(HttpStatusCode.NoContent, forgotten.StatusCode);
        using var gone = await server.Http.GetAsync($"{Routes.Jobs}/{job.Id}");
        Assert.Equal(FaultCodes.NotFound, await ProblemAnswer.CodeOfAsync(gone));
    }

    [Theory]
    [InlineData("?format=csv", null, "text/csv", "file,type,start,end,label,score,text\r\na.wav,wakeWord,500,500,computer,0.9,audio\r\n")]
    [InlineData("", "text/vtt", "text/vtt", "WEBVTT\n\n00:08:20.000 --> 00:08:20.500\n<c.wakeWord>[computer 90")]
    [InlineData("", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "text/html", "<!doctype html>")]
    [InlineData("", "application/json;q=0.1, text/csv;q=0.9", "text/csv", "file,")]
    [InlineData("?format=json", "text/csv", "application/json", "{\"file\":\"a.wav\",")]
    [InlineData("", "*/*", "application/json", "{\"file\"")]
    public async Task Result_comes_in_the_format_that_is_asked_for(string query, string? accept, string contentType, string beginning)
    {
        await using var server = await RunningServer.StartAsync();
        var job = await SubmitAsync(server, "?job=true&fileName=a.wav");
        await UntilAsync(server, job.Id, status => status.State == JobState.Succeeded);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Routes.Jobs}/{job.Id}/result{query}");
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await server.Http.SendAsync(request);
        Assert.Equal(contentType, response.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith(beginning, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Job_and_waiting_sender_get_the_same_answer_in_every_format()
    {
        await using var server = await RunningServer.StartAsync();
        using var direct = await server.Http.PostAsync(Routes.Score + "?format=csv&fileName=a.wav", Raw(File));
        Assert.StartsWith("file,type,start,end,label,score,text\r\na.wav,fault,", await direct.Content.ReadAsStringAsync());
        using var unknown = await server.Http.PostAsync(Routes.Score + "?format=pdf", Raw(File));
        Assert.Equal(FaultCodes.BadRequest, await ProblemAnswer.CodeOfAsync(unknown));
    }

    [Fact]
    public async Task Long_file_becomes_a_job_by_itself_unless_its_sender_wants_to_wait()
    {
        await using var server = await RunningServer.StartAsync(("Jobs:AutomaticAbove", "00:10:00"));
        using var large = Raw(new byte[2 << 20]);
        using var automatic = await server.Http.PostAsync(Routes.Score, large);
        Assert.Equal(HttpStatusCode.Accepted, automatic.StatusCode);
        var status = await automatic.Content.ReadFromJsonAsync<JobStatus>(ContractsJson.Options);
        Assert.Equal($"{Routes.Jobs}/{status!.Id}", automatic.Headers.Location?.ToString());
        using var again = Raw(new byte[2 << 20]);
        using var waited = await server.Http.PostAsync(Routes.Score + "?job=false", again);
        Assert.Equal(HttpStatusCode.OK, waited.StatusCode);
        using var small = await server.Http.PostAsync(Routes.Score, Raw(File));
        Assert.Equal(HttpStatusCode.OK, small.StatusCode);
    }

    [Fact]
    public async Task Progress_comes_over_the_hub_to_the_end()
    {
        await using var server = await RunningServer.StartAsync();
        server.Pipeline.PauseAfterStep = 3;
        var job = await SubmitAsync(server, "?job=true");
        var (hub, _) = await HubClient.ConnectAsync(server);
        await using var connection = hub;
        var statuses = new List<JobStatus>();
        await foreach (var status in hub.StreamAsync<JobStatus>(HubMethods.Job, job.Id))
        {
            statuses.Add(status);
            if (status.Done.TotalSeconds >= 1_500) server.Pipeline.Resume();
        }
        Assert.Contains(statuses, status => status is { State: JobState.Running, Done.TotalSeconds: 1_500 });
        Assert.Equal((JobState.Succeeded, 5_000.0), (statuses[^1].State, statuses[^1].Done.TotalSeconds));
        Assert.Equal(statuses.Count, statuses.Distinct().Count());

        var unknown = await Assert.ThrowsAsync<HubException>(
            async () => await hub.StreamAsync<JobStatus>(HubMethods.Job, "none").FirstAsync());
        Assert.Contains(FaultCodes.NotFound, unknown.Message);
    }

    [Fact]
    public async Task Running_and_waiting_jobs_are_cancelled_and_leave_nothing()
    {
        await using var server = await RunningServer.StartAsync();
        var before = Spooled();
        server.Pipeline.PauseAfterStep = 1;
        var running = await SubmitAsync(server, "?job=true");
        await UntilAsync(server, running.Id, status => status is { State: JobState.Running, Done.TotalSeconds: > 0 });
        var waiting = await SubmitAsync(server, "?job=true");
        Assert.Equal(JobState.Queued, waiting.State);
        var (hub, _) = await HubClient.ConnectAsync(server);
        await using var connection = hub;
        var watched = await hub.StreamAsChannelAsync<JobStatus>(HubMethods.Job, running.Id);
        Assert.Equal(JobState.Running, (await watched.ReadAsync()).State);

        foreach (var id in (string[])[waiting.Id, running.Id])
        {
            using var response = await server.Http.DeleteAsync($"{Routes.Jobs}/{id}");
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        }
        Assert.Equal(JobState.Cancelled, (await watched.ReadAllAsync().LastAsync()).State);
        Assert.Empty((await server.Http.GetFromJsonAsync<JobStatus[]>(Routes.Jobs, ContractsJson.Options))!);
        await NothingIsLeftAsync(before);
        // The place of a cancelled job is free again.
        server.Pipeline.PauseAfterStep = 0;
        server.Pipeline.Resume();
        var next = await SubmitAsync(server, "?job=true");
        await UntilAsync(server, next.Id, status => status.State == JobState.Succeeded);
    }

    [Fact]
    public async Task Jobs_beyond_those_that_may_wait_are_refused()
    {
        await using var server = await RunningServer.StartAsync(("Jobs:Queued", "1"));
        server.Pipeline.Pause();
        var running = await SubmitAsync(server, "?job=true");
        await UntilAsync(server, running.Id, status => status.State == JobState.Running);
        await SubmitAsync(server, "?job=true");
        using var third = await server.Http.PostAsync(Routes.Score + "?job=true", Raw(File));
        Assert.Equal(FaultCodes.ServerBusy, await ProblemAnswer.CodeOfAsync(third));
    }

    [Fact]
    public async Task File_that_can_not_be_decoded_fails_with_its_reason()
    {
        await using var server = await RunningServer.StartAsync();
        using var content = Raw("bad"u8.ToArray());
        using var response = await server.Http.PostAsync(Routes.Score + "?job=true", content);
        var job = (await response.Content.ReadFromJsonAsync<JobStatus>(ContractsJson.Options))!;
        var failed = await UntilAsync(server, job.Id, status => status.State == JobState.Failed);
        Assert.Equal(FaultCodes.Undecodable, failed.Error?.Code);
        using var result = await server.Http.GetAsync($"{Routes.Jobs}/{job.Id}/result");
        Assert.Equal(FaultCodes.Undecodable, await ProblemAnswer.CodeOfAsync(result));
    }

    [Fact]
    public async Task Results_beyond_those_that_are_kept_are_forgotten_oldest_first()
    {
        await using var server = await RunningServer.StartAsync(("Jobs:Kept", "2"), ("Jobs:Retention", "00:00:01"));
        var before = Spooled();
        var job = await SubmitAsync(server, "?job=true");
        await UntilAsync(server, job.Id, status => status.State == JobState.Succeeded);
        await NothingIsLeftAsync(before);
        using var gone = await server.Http.GetAsync($"{Routes.Jobs}/{job.Id}");
        Assert.Equal(FaultCodes.NotFound, await ProblemAnswer.CodeOfAsync(gone));
    }

    [Fact]
    public async Task Server_that_stops_ends_its_jobs_and_leaves_nothing()
    {
        var before = Spooled();
        await using (var server = await RunningServer.StartAsync())
        {
            server.Pipeline.Pause();
            var running = await SubmitAsync(server, "?job=true");
            await UntilAsync(server, running.Id, status => status.State == JobState.Running);
            await SubmitAsync(server, "?job=true");
            await server.StopAsync().WaitAsync(TestTimeout.Longest);
        }
        await NothingIsLeftAsync(before);
    }

    private static async Task<JobStatus> SubmitAsync(RunningServer server, string query)
    {
        using var content = Raw(File);
        using var response = await server.Http.PostAsync(Routes.Score + query, content);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JobStatus>(ContractsJson.Options))!;
    }

    private static async Task<JobStatus> UntilAsync(RunningServer server, string id, Func<JobStatus, bool> condition)
    {
        for (var timeout = TestTimeout.Token(); !timeout.IsCancellationRequested; await Task.Delay(20))
        {
            var status = (await server.Http.GetFromJsonAsync<JobStatus>($"{Routes.Jobs}/{id}", ContractsJson.Options))!;
            if (condition(status)) return status;
        }
        throw new TimeoutException($"Expected within {TestTimeout.Longest.TotalSeconds} s: the job gets there.");
    }

    // Other tests' files come and go meanwhile.
    private static Task NothingIsLeftAsync(string[] before) =>
        RunningServer.UntilAsync(() => !Spooled().Except(before).Any(), "no file is left");

    private static string[] Spooled() =>
        [.. Directory.GetFiles(Path.GetTempPath(), "avserver-upload-*"), .. Directory.GetFiles(Path.GetTempPath(), "avserver-events-*")];

    private static ByteArrayContent Raw(byte[] bytes) => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("audio/wav") } };
}
