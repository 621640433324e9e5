using System.Net;
using System.Text;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Storage.Clips;
using AVServer.Server.Storage.History;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Tests.Storage.History;

/// <summary>What is deleted is gone from every place in which a server keeps or lets wait what a stream said.</summary>
[Trait("Category", "server")]
public sealed class DeletionTests : IDisposable
{
    private const int Rate = 16_000;
    private const string Gone = "gone-7f3a";
    private const string Kept = "kept-91c2";

    private readonly TemporaryFolder _folder = new();

    public DeletionTests() =>
        new FakeSpotter { Centre = 16, Gain = 0.5f, Threshold = 0.8, RefractorySeconds = 1.5 }.Write(Path.Combine(_folder.Path, "models"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nothing_of_a_stream_is_left_in_memory_or_in_any_file()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (_, _) => Task.FromResult(400);   // so that all events become dead letters
        await using var server = await StartAsync(receiver.Url);
        foreach (var stream in (string[])[Gone, Kept]) await SendWordAsync(server, stream);
        await RunningServer.UntilAsync(() => File.Exists(Letters) && File.ReadAllLines(Letters).Length == 6, "six letters are written");
        await server.Part<ClipStore>().FlushAsync(default);
        await server.Part<HistoryRecorder>().FlushAsync(default);
        // A line that a killed server left in its middle.
        await File.AppendAllTextAsync(Letters, $$"""{"url":"http://127.0.0.1/","event":{"streamId":"{{Gone}}","keyw""" + "\n");
        string[] places = ["clips", "history.db", "letters.jsonl"];
        foreach (var stream in (string[])[Gone, Kept])
        {
            Assert.Equal(places, PlacesThatName(stream));
            Assert.Equal(["opened", "wakeWord", "closed"], await InMemoryAsync(server, stream));
        }

        using var deleted = await server.Http.DeleteAsync($"{Routes.EventHistory}?streamId={Gone}");

        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        Assert.Empty(PlacesThatName(Gone));
        Assert.Equal(["lost"], await InMemoryAsync(server, Gone));
        Assert.Equal(places, PlacesThatName(Kept));
        Assert.Equal(3, File.ReadAllLines(Letters).Length);
        Assert.Equal(["opened", "wakeWord", "closed"], await InMemoryAsync(server, Kept));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Letters));
        await server.StopAsync();
        Assert.Empty(PlacesThatName(Gone));
    }

    [Fact]
    public async Task Event_that_waits_for_its_receiver_neither_reaches_it_nor_its_file()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var open = new TaskCompletionSource();
        receiver.Answer = async (received, _) =>
        {
            if (received.Name != $"{Gone} 1") return 200;
            await open.Task;
            return 503;   // it is tried again, but for the deletion
        };
        await using var server = await StartAsync(receiver.Url, ("Webhooks:0:Concurrency", "1"));
        await SendWordAsync(server, Gone);
        await RunningServer.UntilAsync(() => !receiver.Requests.IsEmpty, "the first event is on its way");
        using var deleted = await server.Http.DeleteAsync($"{Routes.EventHistory}?streamId={Gone}");
        open.SetResult();
        await SendWordAsync(server, Kept);
        // What the stream says afterwards is another matter.
        await SendWordAsync(server, Gone);
        await server.StopAsync();
        Assert.Equal([$"{Gone} 1", $"{Kept} 1", $"{Kept} 2", $"{Kept} 3", $"{Gone} 4", $"{Gone} 5", $"{Gone} 6"],
            receiver.Requests.Select(request => request.Name));
        Assert.Empty(await File.ReadAllTextAsync(Letters));
    }

    private string Letters => Path.Combine(_folder.Path, "letters.jsonl");

    private async Task<RunningServer> StartAsync(Uri receiver, params (string Key, string Value)[] settings) =>
        await RunningServer.StartAsync(builder => builder.Services.AddPipeline(builder.Configuration),
        [
            ("Runtime:ModelsPath", Path.Combine(_folder.Path, "models")),
            ("Keywords:Path", Path.Combine(_folder.Path, "keywords.json")),
            ("History:Provider", "sqlite"), ("History:Path", Path.Combine(_folder.Path, "history.db")),
            ("History:Clips:Path", Path.Combine(_folder.Path, "clips")),
            ("Webhooks:0:Url", receiver.ToString()), ("Webhooks:0:Secret", "a secret of sixteen"), ("Webhooks:0:DeadLetterPath", Letters),
            ("Webhooks:0:FirstPause", "00:00:00.010"), .. settings,
        ]);

    private static async Task SendWordAsync(RunningServer server, string streamId)
    {
        using var sender = await MediaSender.OpenAsync(server, streamId);
        var samples = LoudBurst.Make();
        for (var at = 0; at < samples.Length; at += 2_560)
            await sender.SendAsync(at / 2.0 / Rate, samples[at..Math.Min(at + 2_560, samples.Length)]);
        await sender.CloseAsync();
    }

    private static async Task<string[]> InMemoryAsync(RunningServer server, string streamId)
    {
        using var subscription = server.Broker.Subscribe(new EventFilter(streamId, null, EventCursor.Start));
        subscription.Complete();
        return [.. (await subscription.ReadAllAsync().ToListAsync()).Select(Server.Events.EventTypes.NameOf)];
    }

    // Whatever the server wrote, by name and content: of a database its log too, which is counted to it.
    private string[] PlacesThatName(string streamId)
    {
        var text = Encoding.UTF8.GetBytes(streamId);
        return
        [
            .. Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories)
                .Where(path => path.Contains(streamId, StringComparison.Ordinal) || Bytes(path).AsSpan().IndexOf(text) >= 0)
                .Select(path => Path.GetRelativePath(_folder.Path, path).Split('/', '-')[0]).Distinct().Order(),
        ];
    }

    private static byte[] Bytes(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
