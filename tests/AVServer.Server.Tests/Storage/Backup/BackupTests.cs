using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Storage.Clips;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Storage.Backup;

/// <summary>What one server keeps, another takes back; or it says why not, and has nothing of it.</summary>
[Trait("Category", "server")]
public sealed class BackupTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sqlite", "postgres")]
    [InlineData("postgres", "sqlite")]
    public async Task Backup_brings_words_events_and_clips_to_another_server_and_another_database(string from, string to)
    {
        await using var first = await StartAsync("first", from);
        var backup = await FilledAsync(first);
        await using var second = await StartAsync("second", to);

        Assert.Equal(new BackupSummary(2, 6, 1), await RestoreAsync(second, backup));

        Assert.Equal(await HistoryAsync(first), await HistoryAsync(second));
        Assert.Equal(["hey marvin", "view glass"], second.Part<IKeywordRegistry>().Keywords.Select(word => word.Name).Order());
        Assert.Equal(["kitchen"], second.Part<IKeywordRegistry>().Find("view glass")!.Request.Streams!);
        var (sent, kept) = (Assert.Single(Clips(first).List()), Assert.Single(Clips(second).List()));
        Assert.Equal(sent, kept);
        Assert.Equal(await first.Http.GetByteArrayAsync(sent.Path), await second.Http.GetByteArrayAsync(kept.Path));

        // A reader goes on over the restoring as over a restart.
        var page = (await second.Http.GetFromJsonAsync<HistoryPage>($"{Routes.EventHistory}?streamId=a&limit=2", ContractsJson.Options))!;
        Assert.Equal([1, 2], page.Events.Select(happened => happened.Sequence));
    }

    [Fact]
    public async Task Backup_that_is_not_whole_changes_nothing()
    {
        await using var first = await StartAsync("first", "sqlite");
        var backup = await FilledAsync(first);
        var lines = Unzip(backup).TrimEnd('\n').Split('\n');
        await using var second = await StartAsync("second", "sqlite");
        byte[][] wrong =
        [
            [], [1, 2, 3], backup[..(backup.Length / 2)], backup[..^40], Zip([]), Zip(["{}"]), Zip(lines[..^1]),
            Zip([.. lines[..3], .. lines[4..]]), Zip([.. lines, lines[^1]]), Zip([.. lines[..2], "no JSON", .. lines[2..]]),
            Zip([Changed(lines[0], ":1,", ":2,"), .. lines[1..]]),
            Zip([.. lines[..^2], Changed(lines[^2], "\"streamId\":\"a\"", "\"streamId\":\"..\""), lines[^1]]),
        ];
        foreach (var file in wrong)
        {
            using var refused = await PostAsync(second, file);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Equal(FaultCodes.BadRequest, await ProblemAnswer.CodeOfAsync(refused));
        }
        Assert.Empty(second.Part<IKeywordRegistry>().Keywords);
        Assert.Empty(Clips(second).List());
        Assert.DoesNotContain("sequence", await HistoryAsync(second), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_has_events_or_keeps_none_takes_none()
    {
        await using var first = await StartAsync("first", "sqlite");
        var backup = await FilledAsync(first);
        using var again = await PostAsync(first, backup);
        Assert.Contains("without events", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);

        await using var without = await RunningServer.StartAsync();
        using var refused = await PostAsync(without, backup);
        Assert.Contains("History:Provider", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(without.Part<IKeywordRegistry>().Keywords);

        // A backup of words alone is for any server.
        await AddAsync(without, new KeywordRequest("hey arthur"));
        var words = await without.Http.GetByteArrayAsync(Routes.Backup);
        Assert.Equal(new BackupSummary(1, 0, 0), await RestoreAsync(first, words));
    }

    [Fact]
    public async Task Backup_beyond_the_limit_is_refused()
    {
        await using var server = await RunningServer.StartAsync(("Server:Limits:MaxUploadBytes", "2000"));
        using var refused = await PostAsync(server, new byte[2_001]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        Assert.Contains("MaxUploadBytes", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<byte[]> FilledAsync(RunningServer server)
    {
        foreach (var stream in (string[])["a", "b"])
        {
            using var sender = await MediaSender.OpenAsync(server, stream);
            await sender.SendAsync(0.5, "Word!!");
            await sender.CloseAsync();
        }
        await AddAsync(server, new KeywordRequest("hey marvin"));
        await AddAsync(server, new KeywordRequest("view glass", Streams: ["kitchen"]));
        await Clips(server).WriteAsync(new EventClip("a", 2, DateTimeOffset.UtcNow, 16_000, [1, -2, 3]), default);
        return await server.Http.GetByteArrayAsync(Routes.Backup);
    }

    private static async Task AddAsync(RunningServer server, KeywordRequest word)
    {
        using var added = await server.Http.PostAsJsonAsync(Routes.Keywords, word, ContractsJson.Options);
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
    }

    private static Task<string> HistoryAsync(RunningServer server) => server.Http.GetStringAsync(Routes.EventHistory);

    private static ClipFolder Clips(RunningServer server) => server.Part<ClipStore>().Folder!;

    private static async Task<BackupSummary> RestoreAsync(RunningServer server, byte[] backup)
    {
        using var response = await PostAsync(server, backup);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<BackupSummary>(ContractsJson.Options))!;
    }

    private static Task<HttpResponseMessage> PostAsync(RunningServer server, byte[] backup) =>
        server.Http.PostAsync(Routes.Backup, new ByteArrayContent(backup) { Headers = { ContentType = new("application/gzip") } });

    private static string Changed(string line, string from, string to)
    {
        Assert.Contains(from, line, StringComparison.Ordinal);
        return line.Replace(from, to, StringComparison.Ordinal);
    }

    private static string Unzip(byte[] backup)
    {
        using var reader = new StreamReader(new GZipStream(new MemoryStream(backup), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    private static byte[] Zip(string[] lines)
    {
        using var file = new MemoryStream();
        using (var zip = new GZipStream(file, CompressionLevel.Fastest))
            foreach (var line in lines) zip.Write(Encoding.UTF8.GetBytes(line + "\n"));
        return file.ToArray();
    }

    private async Task<RunningServer> StartAsync(string name, string provider) => await RunningServer.StartAsync(
        ("History:Provider", provider), ("History:Clips:Path", Path.Combine(_folder.Path, name, "clips")),
        provider == "sqlite" ? ("History:Path", Path.Combine(_folder.Path, name, "history.db"))
            : ("History:ConnectionString", await postgres.CreateDatabaseAsync()));
}
