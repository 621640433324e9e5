using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using AVServer.Contracts;
using AVServer.TestKit;

namespace AVServer.Soak.Tests;

/// <summary>Disks that are full, one after the other; each is a folder in memory that has room for two megabytes.</summary>
[Trait("Category", "slow")]
[Collection(nameof(SoakTable))]
public sealed class FilledDiskTests(SoakTable table) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Full_disk_costs_what_would_lie_on_it_and_nothing_else()
    {
        Assert.SkipUnless(
            ServerProcess.CanHaveSmallFolders(_folder.Path), "This system lets bubblewrap make no folders of their own size.");
        string[] folders = [.. ((string[])["spool", "history", "clips", "dead"]).Select(name =>
            Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName)];
        // Nobody listens there: what is posted is given up at once.
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        var hook = $"http://127.0.0.1:{((IPEndPoint)nobody.LocalEndpoint).Port}/hook";
        nobody.Stop();
        await using var server = await ServerProcess.StartAsync(
            folders, "--History:Provider", "sqlite", "--History:Path", $"{folders[1]}/history.db", "--History:Clips:Path", folders[2],
            "--History:Clips:Before", "00:00:00.5", "--History:Clips:After", "00:00:00.5",
            "--Webhooks:0:Url", hook, "--Webhooks:0:Secret", "a secret of the soak", "--Webhooks:0:Attempts", "1",
                "--Webhooks:0:DeadLetterPath", $"{folders[3]}/letters.jsonl");
        using var http = new HttpClient { BaseAddress = server.Address };

        using (Filled(server, folders[0]))
        {
            using var full = await http.PostAsync(new Uri(Routes.Score, UriKind.Relative), Wave(), TestTimeout.Token());
            Assert.Equal(HttpStatusCode.InsufficientStorage, full.StatusCode);
            Assert.Equal(1, await WordsAsync(server, "spool"));
        }
        using (var whole = await http.PostAsync(new Uri(Routes.Score, UriKind.Relative), Wave(), TestTimeout.Token()))
            Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
        table.Add("disk full: spool", "nothing", "files to score, with 507, until there is room", "streams and their events");

        using (Filled(server, folders[1]))
        {
            Assert.Equal(1, await WordsAsync(server, "history"));
            await UntilAsync(async () => await server.MetricAsync("avserver_history_failures_total") > 0);
        }
        await UntilAsync(async () => (await HistoryAsync(http, "history")).Count == 3);
        Assert.Equal(0, await server.MetricAsync("avserver_history_lost_total"));
        table.Add("disk full: history", "nothing of what fits into its queue (10,000 events); beyond, counted", "nothing",
            "events to readers; what waited is written once there is room");

        var lost = await server.MetricAsync("avserver_clips_lost_total");
        using (Filled(server, folders[2]))
        {
            Assert.Equal(1, await WordsAsync(server, "clips"));
            await UntilAsync(async () => await server.MetricAsync("avserver_clips_lost_total") > lost);
        }
        var written = await server.MetricAsync("avserver_clips_written_total");
        Assert.Equal(1, await WordsAsync(server, "clips"));
        await UntilAsync(async () => await server.MetricAsync("avserver_clips_written_total") > written);
        table.Add("disk full: clips", "the sound of that word, counted", "nothing", "its event; the next clip, once there is room");

        using (Filled(server, folders[3]))
        {
            // The file has room until its last page is full, too.
            await UntilAsync(async () =>
            {
                Assert.Equal(1, await WordsAsync(server, "letters"));
                return server.Output.Contains("could not be written to the file", StringComparison.Ordinal);
            });
        }
        Assert.Equal(1, await WordsAsync(server, "after"));
        await UntilAsync(async () => (await File.ReadAllTextAsync(server.Seen($"{folders[3]}/letters.jsonl"))).Contains("\"after\"",
            StringComparison.Ordinal));
        table.Add("disk full: dead letters", "the letter; its event is counted as given up and logged", "nothing",
            "the next letters, once there is room");
    }

    private static async Task<int> WordsAsync(ServerProcess server, string streamId)
    {
        using var client = server.Client();
        var words = 0;
        await client.PublishAsync(streamId, RepeatedWord.Hello, RepeatedWord.Words(1), e => { if (e is WakeWordEvent) words++; });
        return words;
    }

    private static async Task<IReadOnlyList<StreamEvent>> HistoryAsync(HttpClient http, string streamId)
    {
        using var answer = await http.GetAsync(new Uri($"{Routes.EventHistory}?streamId={streamId}", UriKind.Relative));
        return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<HistoryPage>(ContractsJson.Options))!.Events : [];
    }

    private static ByteArrayContent Wave() => new(RepeatedWord.Wav()) { Headers = { ContentType = new MediaTypeHeaderValue("audio/wav") } };

    // Writes until nothing more goes in.
    private static TemporaryFile Filled(ServerProcess server, string folder)
    {
        var path = server.Seen($"{folder}/filling");
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            foreach (var size in (int[])[4_096, 1])
                while (TryWrite(file, new byte[size])) { }
        return new TemporaryFile(path);
    }

    private static bool TryWrite(FileStream file, byte[] bytes)
    {
        try
        {
            file.Write(bytes);
            return true;
        }
        catch (IOException)
        {
            return false;   // it is full
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var timeout = TestTimeout.Token(); !await condition(); await Task.Delay(50, timeout)) { }
    }

    private sealed record TemporaryFile(string Path) : IDisposable
    {
        public void Dispose() => File.Delete(Path);
    }
}
