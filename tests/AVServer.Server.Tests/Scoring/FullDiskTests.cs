using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using AVServer.Contracts;
using AVServer.Server.Scoring;
using AVServer.Server.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace AVServer.Server.Tests.Scoring;

/// <summary>What becomes of a file where the disk is full: the kernel's own always-full file takes its place.</summary>
[Trait("Category", "server")]
public sealed class FullDiskTests
{
    [Fact]
    public async Task Upload_is_told_that_there_is_no_room()
    {
        await using var server = await StartAsync("upload");
        using var form = new MultipartFormDataContent { { new ByteArrayContent(new byte[200_000]), "file", "a.wav" } };
        foreach (var content in (HttpContent[])[Raw(200_000), Raw(10), form])
        {
            using var response = await server.Http.PostAsync(Routes.Score, content);
            Assert.Equal(HttpStatusCode.InsufficientStorage, response.StatusCode);
            Assert.Contains("no room", await ProblemAnswer.DetailOfAsync(response, FaultCodes.NoRoom), StringComparison.Ordinal);
        }
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains("The server failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Job_fails_for_want_of_room_and_keeps_no_file()
    {
        await using var server = await StartAsync("events");
        using var response = await server.Http.PostAsync(Routes.Score + "?job=true", Raw(100_000));
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var job = await response.Content.ReadFromJsonAsync<JobStatus>(ContractsJson.Options);
        await RunningServer.UntilAsync(() => server.Part<JobStore>().Get(job!.Id).Completion.IsCompleted, "the job has ended");
        Assert.Equal(FaultCodes.NoRoom, server.Part<JobStore>().Get(job!.Id).Status.Error?.Code);
        using var result = await server.Http.GetAsync($"{Routes.Jobs}/{job.Id}/result");
        Assert.Equal(HttpStatusCode.InsufficientStorage, result.StatusCode);
        Assert.Equal(0, ((FullSpool)server.Part<Spool>()).Open);
    }

    [Fact]
    public async Task Job_that_finds_no_room_to_begin_gives_its_upload_back()
    {
        await using var server = await RunningServer.StartAsync(builder =>
            builder.Services.AddSingleton<Spool>(new FullSpool("events") { Refuses = true }));
        using var response = await server.Http.PostAsync(Routes.Score + "?job=true", Raw(100));
        Assert.Equal(FaultCodes.NoRoom, await ProblemAnswer.CodeOfAsync(response));
        Assert.Equal(0, ((FullSpool)server.Part<Spool>()).Open);
    }

    private static Task<RunningServer> StartAsync(string full) =>
        RunningServer.StartAsync(builder => builder.Services.AddSingleton<Spool>(new FullSpool(full)));

    private static ByteArrayContent Raw(int bytes) =>
        new(new byte[bytes]) { Headers = { ContentType = MediaTypeHeaderValue.Parse("audio/wav") } };

    /// <summary>Files of one purpose find no room.</summary>
    private sealed class FullSpool(string purpose) : Spool(TimeProvider.System, NullLogger<Spool>.Instance)
    {
        private readonly List<FileStream> _files = [];

        /// <summary>Whether not even an empty file finds room.</summary>
        public bool Refuses { get; init; }

        /// <summary>Files that are open.</summary>
        public int Open => _files.Count(file => file.SafeFileHandle.IsClosed is false);

        public override FileStream Create(string wanted)
        {
            if (wanted == purpose && Refuses) throw new IOException("No space left on device", 28);
            var file = wanted == purpose
                ? new FileStream("/dev/full", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite)
                : base.Create(wanted);
            _files.Add(file);
            return file;
        }
    }
}
