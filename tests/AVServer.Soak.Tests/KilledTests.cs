using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using AVServer.Client;
using AVServer.Contracts;
using AVServer.TestKit;

namespace AVServer.Soak.Tests;

/// <summary>Processes that end without a word.</summary>
[Trait("Category", "slow")]
[Collection(nameof(SoakTable))]
public sealed class KilledTests(SoakTable table) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Server_that_is_killed_keeps_what_its_history_told_and_its_clients_are_told_the_rest()
    {
        await using var server = await ServerProcess.StartAsync("--History:Provider", "sqlite", "--History:Path",
            Path.Combine(_folder.Path, "history.db"));
        using var client = server.Client();
        var (before, after) = (new List<StreamEvent>(), new List<StreamEvent>());
        using var stop = new CancellationTokenSource();
        var isBack = false;
        var read = 0;
        var reading = Task.Run(async () =>
        {
            await foreach (var happened in client.SubscribeAsync(new EventFilter("kept", null, EventCursor.Start), stop.Token))
            {
                (isBack ? after : before).Add(happened);
                Interlocked.Increment(ref read);
            }
        });
        using var sender = server.Client();
        await sender.PublishAsync("kept", RepeatedWord.Hello, RepeatedWord.Words(3));
        var open = sender.PublishAsync("kept", RepeatedWord.Hello, RepeatedWord.WordsThenWaiting(2));
        await UntilAsync(() => Volatile.Read(ref read) >= 8 || reading.IsCompleted);   // opened, 3 words, closed; opened, 2 words
        Assert.False(reading.IsCompleted, server.Output);
        IReadOnlyList<StreamEvent> acknowledged = [];
        await UntilAsync(async () => (acknowledged = await HistoryAsync(server)).Count == 8);

        isBack = true;
        await server.KillAsync();
        await Assert.ThrowsAnyAsync<AVServerException>(() => open);
        await server.RunAsync();
        Assert.Equal(acknowledged.Select(e => e.Cursor), (await HistoryAsync(server)).Select(e => e.Cursor));
        using var again = server.Client();
        await again.PublishAsync("kept", RepeatedWord.Hello, RepeatedWord.Words(1));
        await UntilAsync(() => Volatile.Read(ref read) >= 12 || reading.IsCompleted);   // lost, then opened, a word, closed
        Assert.False(reading.IsCompleted, server.Output);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);

        Assert.Equal(["LostEvent", "OpenedEvent", "WakeWordEvent", "ClosedEvent"], after.Select(e => e.GetType().Name));
        Assert.Equal(LostReason.Restart, ((LostEvent)after[0]).Reason);
        table.Add("kill -9 of the server", "what came after the last event that the history had told: 0 of 8 here", "the open stream",
            "the history's events, and the reader, who came back by itself and was told `lost`");
    }

    [Fact]
    public async Task Decoder_that_is_killed_ends_its_stream_and_no_other()
    {
        await using var server = await ServerProcess.StartAsync();
        using var client = server.Client();
        using var stop = new CancellationTokenSource();
        var words = 0;
        var other = client.PublishAsync(
            "other", RepeatedWord.Hello, RepeatedWord.WordsThenWaiting(1),
            e => { if (e is WakeWordEvent) Interlocked.Increment(ref words); },
                cancellationToken: stop.Token);
        var wav = RepeatedWord.Wav();
        var rounds = 0;
        for (var clock = Stopwatch.StartNew(); rounds == 0 || clock.Elapsed < SoakTable.Length / 2; rounds++)
        {
            var heard = new TaskCompletionSource();
            var decoded = client.PublishAsync(
                "decoded", new MediaHello(MediaHello.CurrentProtocol, Container: "wav"), InParts(RepeatedWord.Wav(4), stop.Token),
                e => { if (e is WakeWordEvent) heard.TrySetResult(); }, cancellationToken: stop.Token);
            await heard.Task.WaitAsync(TestTimeout.Token());
            foreach (var decoder in server.Decoders())
                using (var victim = Process.GetProcessById(decoder)) victim.Kill();
            var refused = await Assert.ThrowsAsync<ServerRefusedException>(() => decoded.WaitAsync(TestTimeout.Token()));
            Assert.Equal(FaultCodes.Internal, refused.Code);
            Assert.False(other.IsCompleted);
        }
        await UntilAsync(() => server.Decoders().Count == 0);
        using var http = new HttpClient();
        using var whole = new ByteArrayContent(wav) { Headers = { ContentType = new MediaTypeHeaderValue("audio/wav") } };
        using var scored = await http.PostAsync(new Uri(server.Address, Routes.Score), whole, TestTimeout.Token());
        Assert.Single((await scored.Content.ReadFromJsonAsync<ScoreReport>(ContractsJson.Options))!.Events.OfType<WakeWordEvent>());
        Assert.Equal(1, words);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);
        table.Add($"kill -9 of ffmpeg, {rounds} times", "what that stream had not been heard of", "that stream, with a fault that says so",
            "the stream beside it, and the next ones; no process is left");
    }

    private static async IAsyncEnumerable<MediaChunk> InParts(byte[] wav,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // As much as ffmpeg wants to see of a WAV before it begins; the header says that more comes.
        for (var at = 0; at < wav.Length - 8_000; at += 8_000)
            yield return new MediaChunk(MediaKind.Container, TimeSpan.Zero, wav.AsMemory(at, Math.Min(8_000, wav.Length - at)));
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    private static async Task<IReadOnlyList<StreamEvent>> HistoryAsync(ServerProcess server)
    {
        using var http = new HttpClient();
        return (await http.GetFromJsonAsync<HistoryPage>(new Uri(server.Address, Routes.EventHistory + "?streamId=kept&limit=1000"),
            ContractsJson.Options))!.Events;
    }

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var timeout = TestTimeout.Token(); !await condition(); await Task.Delay(20, timeout)) { }
    }
}
