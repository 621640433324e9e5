using AVServer.Client.Tests.Kit;
using AVServer.Contracts;

namespace AVServer.Client.Tests;

[Trait("Category", "server")]
public sealed class RequestTests
{
    private const string Key = "0123456789abcdef";

    [Fact]
    public async Task Score_gives_the_report_and_leaves_the_file_open()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        using var media = new MemoryStream(new byte[1000]);
        var report = await client.ScoreAsync(media, "a take.wav", posteriors: true, model: "echo");
        Assert.Equal("a take.wav", report.File);
        Assert.Equal(1000, report.DurationSeconds);
        Assert.Equal([0.1f, 0.9f], Assert.Single(report.Posteriors!).Values);
        Assert.True(media.CanRead);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task File_is_scored_with_its_pictures_unless_they_are_not_to_count(bool video)
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        using var media = new MemoryStream(new byte[1000]);
        var report = await client.ScoreAsync(media, "talk.mkv", video: video);
        Assert.Equal(video ? [] : ["heardOnly"], (report.Warnings ?? []).Select(warning => warning.Code));
    }

    [Fact]
    public async Task Long_file_becomes_a_job_that_is_followed_and_forgotten()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        using var media = new MemoryStream(new byte[2 << 20]);
        var states = new List<JobState>();
        var report = await client.ScoreAsync(media, "long.wav", posteriors: true, onProgress: job => states.Add(job.State));
        Assert.Equal(("long.wav", 2 << 20), (report.File, report.DurationSeconds));
        Assert.Equal([0.1f, 0.9f], Assert.Single(report.Posteriors!).Values);
        Assert.Equal(JobState.Succeeded, states[^1]);
        Assert.Empty(await client.GetJobsAsync());
    }

    [Fact]
    public async Task Job_of_a_caller_who_gives_up_is_cancelled()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        using var media = new MemoryStream(new byte[2 << 20]);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.ScoreAsync(media, "long.wav", onProgress: _ => stop.Cancel(), cancellationToken: stop.Token));
        Assert.Empty(await client.GetJobsAsync());
        var refused = await Assert.ThrowsAsync<ServerRefusedException>(() => client.GetJobAsync("none"));
        Assert.Equal(FaultCodes.NotFound, refused.Code);
    }

    [Fact]
    public async Task Score_with_an_unknown_model_is_refused_with_a_code()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        using var media = new MemoryStream(new byte[1000]);
        var refused = await Assert.ThrowsAsync<ServerRefusedException>(() => client.ScoreAsync(media, "take.wav", model: "none"));
        Assert.Equal(FaultCodes.UnknownModel, refused.Code);
    }

    [Fact]
    public async Task Models_are_listed()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        var model = (await client.GetModelsAsync())[0];
        Assert.Equal(("echo", 0.5f, true), (model.Name, model.Threshold, model.Active));
    }

    [Fact]
    public async Task Key_opens_every_door_and_its_absence_none()
    {
        await using var server = await EchoServer.StartAsync(Key);
        using var client = new AVServerClient(server.Address, Key);
        await client.GetModelsAsync();
        await client.PublishAsync("kitchen", SilentSound.Hello, SilentSound.Chunks(1));
        await foreach (var _ in client.SubscribeAsync(new EventFilter("kitchen", After: EventCursor.Start))) break;

        using var stranger = new AVServerClient(server.Address);
        Assert.Equal(FaultCodes.Unauthorized, (await Assert.ThrowsAsync<ServerRefusedException>(() => stranger.GetModelsAsync())).Code);
        Assert.Equal(
            FaultCodes.Unauthorized,
            (await Assert.ThrowsAsync<ServerRefusedException>(
                () => stranger.PublishAsync("hall", SilentSound.Hello, SilentSound.Chunks(1)))).Code);
        var refused = await Assert.ThrowsAsync<ServerRefusedException>(async () =>
        {
            await foreach (var _ in stranger.SubscribeAsync(new EventFilter())) ;
        });
        Assert.Equal(FaultCodes.Unauthorized, refused.Code);
    }

    [Fact]
    public async Task Request_without_a_server_is_unreachable()
    {
        await using var server = await EchoServer.StartAsync();
        using var client = new AVServerClient(server.Address);
        await server.DisposeAsync();
        await Assert.ThrowsAsync<ServerUnreachableException>(() => client.GetModelsAsync());
    }

    [Theory]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("/relative")]
    public void Address_that_is_not_http_is_refused_at_once(string address) =>
        Assert.Throws<ArgumentException>(() => new AVServerClient(new Uri(address, UriKind.RelativeOrAbsolute)));
}
