using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using AVServer.Contracts;
using AVServer.Server.Tests.Kit;

namespace AVServer.Server.Tests.Scoring;

[Trait("Category", "server")]
public sealed class ScoreTests
{
    private static readonly byte[] File = new byte[5_000];

    [Theory]
    [InlineData("audio/wav")]
    [InlineData("video/mp4")]
    [InlineData("application/octet-stream")]
    [InlineData(null)]
    public async Task Raw_body_is_scored_and_its_file_is_gone(string? contentType)
    {
        await using var server = await RunningServer.StartAsync();
        using var content = Raw(File, contentType);
        var report = await ScoreAsync(server, "?fileName=a.wav", content);
        Assert.Equal("a.wav", report.File);
        Assert.Equal(5_000, report.DurationSeconds);
        Assert.Null(report.Posteriors);
        AssertGone(report);
    }

    [Fact]
    public async Task File_of_a_form_is_scored_under_its_name()
    {
        await using var server = await RunningServer.StartAsync();
        using var content = new MultipartFormDataContent
        {
            { new ByteArrayContent(File), "file", "../../folder/b.webm" },
        };
        var report = await ScoreAsync(server, "?posteriors=true&model=fake", content);
        Assert.Equal("b.webm", report.File);
        Assert.Equal(5_000, report.DurationSeconds);
        Assert.Equal("fake", Assert.Single(report.Posteriors!).Stage);
        AssertGone(report);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task File_that_is_too_large_is_refused(bool chunked)
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:MaxUploadBytes", "4096"));
        using var request = new HttpRequestMessage(HttpMethod.Post, Routes.Score) { Content = Raw(File, "audio/wav") };
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await server.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal(FaultCodes.LimitExceeded, await ProblemAnswer.CodeOfAsync(response));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("?video=true", false)]
    [InlineData("?video=false", true)]
    public async Task File_is_only_heard_where_that_is_asked_for(string query, bool heardOnly)
    {
        await using var server = await RunningServer.StartAsync();
        using var content = Raw(File, "video/mp4");
        var report = await ScoreAsync(server, query, content);
        Assert.Equal(heardOnly ? ["heardOnly"] : [], (report.Warnings ?? []).Select(warning => warning.Code));
    }

    public static TheoryData<string, HttpContent, HttpStatusCode, string> WrongBodies => new()
    {
        { "", Raw(File, "text/plain"), HttpStatusCode.UnsupportedMediaType, FaultCodes.UnsupportedMedia },
        { "", Raw("bad"u8.ToArray(), "audio/wav"), HttpStatusCode.UnprocessableEntity, FaultCodes.Undecodable },
        { "", Raw([], "audio/wav"), HttpStatusCode.UnprocessableEntity, FaultCodes.Undecodable },
        { "", new MultipartFormDataContent { { new StringContent("hello"), "note" } }, HttpStatusCode.BadRequest, FaultCodes.BadRequest },
        { "", Raw(File, "multipart/form-data; boundary=x"), HttpStatusCode.BadRequest, FaultCodes.BadRequest },
        { "", Raw(File, "multipart/form-data"), HttpStatusCode.BadRequest, FaultCodes.BadRequest },
        { "?model=none", Raw(File, "audio/wav"), HttpStatusCode.NotFound, FaultCodes.UnknownModel },
        { "?posteriors=perhaps", Raw(File, "audio/wav"), HttpStatusCode.BadRequest, FaultCodes.BadRequest },
    };

    [Theory]
    [MemberData(nameof(WrongBodies), DisableDiscoveryEnumeration = true)]
    public async Task Body_that_is_no_file_is_a_problem(string query, HttpContent content, HttpStatusCode status, string code)
    {
        await using var server = await RunningServer.StartAsync();
        using var response = await server.Http.PostAsync(Routes.Score + query, content);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(code, await ProblemAnswer.CodeOfAsync(response));
    }

    private static ByteArrayContent Bytes => new(File);

    public static TheoryData<string, HttpContent, string> Unclear => new()
    {
        { "", new MultipartFormDataContent { { Bytes, "a", "a.wav" }, { Bytes, "b", "b.wav" } }, "a second file" },
        {
            "",
            new MultipartFormDataContent { { new StringContent("yes"), "posteriors" }, { Bytes, "a", "a.wav" } },
            "a field 'posteriors'"
        },
        { "", new MultipartFormDataContent { { Bytes, "a", "a.wav" }, { new StringContent("x"), "model" } }, "a field 'model'" },
        { "?posteriors=yes", Raw(File, "audio/wav"), "Expected true or false as 'posteriors', got 'yes'" },
        { "?job=1", Raw(File, "audio/wav"), "Expected true or false as 'job', got '1'" },
        { "?video=no", Raw(File, "audio/wav"), "Expected true or false as 'video', got 'no'" },
        { "?posterior=true", Raw(File, "audio/wav"), "Expected parameters out of posteriors, model, word, fileName, format, job" },
    };

    [Theory]
    [MemberData(nameof(Unclear), DisableDiscoveryEnumeration = true)]
    public async Task Request_for_more_than_is_taken_is_refused_with_what_is_taken(string query, HttpContent content, string told)
    {
        await using var server = await RunningServer.StartAsync();
        var before = Spooled();
        using var response = await server.Http.PostAsync(Routes.Score + query, content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(told, await ProblemAnswer.DetailOfAsync(response, FaultCodes.BadRequest), StringComparison.Ordinal);
        Assert.Empty(Spooled().Except(before));
    }

    [Fact]
    public async Task Limit_of_a_page_that_is_no_number_is_told_too()
    {
        await using var server = await RunningServer.StartAsync();
        using var response = await server.Http.GetAsync(Routes.EventHistory + "?limit=many");
        Assert.Equal("Expected a whole number as 'limit', got 'many'.", await ProblemAnswer.DetailOfAsync(response, FaultCodes.BadRequest));
    }

    [Fact]
    public async Task Sender_that_is_slow_holds_nobody_up()
    {
        await using var server = await RunningServer.StartAsync(
            ("Server:Limits:ConcurrentScores", "1"), ("Server:Limits:QueuedScores", "0"));
        var body = new Pipe();
        using var slowly = new StreamContent(body.Reader.AsStream());
        slowly.Headers.ContentType = MediaTypeHeaderValue.Parse("audio/wav");
        var before = Spooled();
        var slow = ScoreAsync(server, "", slowly);
        await body.Writer.WriteAsync(File);
        await RunningServer.UntilAsync(() => Spooled().Except(before).Any(), "the slow one is sending");
        using var content = Raw(File, "audio/wav");
        AssertGone(await ScoreAsync(server, "", content));
        await body.Writer.CompleteAsync();
        AssertGone(await slow);
    }

    [Fact]
    public async Task Files_beyond_those_that_may_wait_are_refused()
    {
        await using var server = await RunningServer.StartAsync(
            ("Server:Limits:ConcurrentScores", "1"), ("Server:Limits:QueuedScores", "0"));
        server.Pipeline.Pause();
        using var firstContent = Raw(File, "audio/wav");
        var first = ScoreAsync(server, "", firstContent);
        await RunningServer.UntilAsync(() => server.Pipeline.Scoring == 1, "the first file is being scored");
        using var secondContent = Raw(File, "audio/wav");
        using var second = await server.Http.PostAsync(Routes.Score, secondContent);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
        Assert.Equal(FaultCodes.ServerBusy, await ProblemAnswer.CodeOfAsync(second));
        Assert.NotNull(second.Headers.RetryAfter);
        server.Pipeline.Resume();
        AssertGone(await first);
    }

    [Fact]
    public async Task Sender_that_goes_away_leaves_no_file_behind()
    {
        await using var server = await RunningServer.StartAsync();
        server.Pipeline.Pause();
        using var leave = new CancellationTokenSource();
        using var content = Raw(File, "audio/wav");
        var before = Spooled();
        var answer = server.Http.PostAsync(Routes.Score, content, leave.Token);
        await RunningServer.UntilAsync(() => Spooled().Except(before).Any(), "the file is spooled");
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        await RunningServer.UntilAsync(() => !Spooled().Except(before).Any(), "the file is gone");
    }

    private static string[] Spooled() => Directory.GetFiles(Path.GetTempPath(), "avserver-upload-*");

    private static ByteArrayContent Raw(byte[] bytes, string? contentType) =>
        new(bytes) { Headers = { ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType) } };

    private static async Task<ScoreReport> ScoreAsync(RunningServer server, string query, HttpContent content)
    {
        using var response = await server.Http.PostAsync(Routes.Score + query, content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<ScoreReport>(ContractsJson.Options))!;
    }

    // The fake pipeline puts the path that it was given into the report.
    private static void AssertGone(ScoreReport report) =>
        Assert.False(System.IO.File.Exists(Assert.IsType<FaultEvent>(Assert.Single(report.Events)).Message));
}
