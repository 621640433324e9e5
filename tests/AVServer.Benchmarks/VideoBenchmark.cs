using System.Diagnostics;
using System.Runtime.InteropServices;
using AVServer.Contracts;

namespace AVServer.Benchmarks;

/// <summary><c>video N</c>: what a live face costs while it talks and while it is silent, and what N of them do to the events' delay.</summary>
internal static class VideoBenchmark
{
    private const int Clips = 10;
    private static readonly string[] Talkers = ["s2", "s3", "s4", "s5"];

    public static async Task<int> RunAsync(int streams)
    {
        var faces = await Task.WhenAll(Talkers.Select(talker => TalkingFace.LoadAsync(talker, Clips)));
        await using var server = await BenchServer.StartAsync($"0-{Environment.ProcessorCount - 1}");
        await SendAsync(server, "warm", faces[0]);

        var (talking, alone) = await CostAsync(server, [faces[0]]);
        var (silent, _) = await CostAsync(server, [faces[0].Silent()]);
        var expected = alone.Count;
        foreach (var face in faces[1..]) expected += (await SendAsync(server, "alone", face)).Count;
        var (crowd, delays) = await CostAsync(server, [.. Enumerable.Range(0, streams).Select(i => faces[i % faces.Length])]);

        Console.WriteLine($"live 640x480 pictures at 25 fps with sound over WebSockets, {faces[0].Pictures.Count / 25} s, {Environment.ProcessorCount} cores shared with the senders");
        Console.WriteLine($"  one face: {talking:F2} of a core while it talks, {silent:F2} while it is silent");
        Console.WriteLine($"  {streams} faces: {crowd / streams:F2} of a core each; {delays.Count} events, the {faces.Length} talkers bring {expected} one by one");
        Console.WriteLine($"  delay from the word's end on the sender's clock: {BenchServer.Summary(delays)}");
        return 0;
    }

    private static async Task<(double Cores, IReadOnlyList<double> Delays)> CostAsync(BenchServer server, IReadOnlyList<TalkingFace> faces)
    {
        var before = server.ProcessorTime;
        var delays = await Task.WhenAll(faces.Select((face, i) => SendAsync(server, $"face-{i}", face)));
        return ((server.ProcessorTime - before).TotalSeconds / (faces[0].Pictures.Count / 25.0), [.. delays.SelectMany(delay => delay)]);
    }

    /// <summary>Sends one face in real time and gives, of each event near a word's true end, its delay after that end.</summary>
    private static async Task<IReadOnlyList<double>> SendAsync(BenchServer server, string id, TalkingFace face)
    {
        const double nearSeconds = 1.5;
        var delays = new List<double>();
        var clock = Stopwatch.StartNew();
        using var done = new CancellationTokenSource();
        var listening = Task.Run(async () =>
        {
            await foreach (var happened in server.Client.SubscribeAsync(new EventFilter(id), done.Token))
            {
                if (happened is WakeWordEvent { Keyword: "please" })
                {
                    var now = clock.Elapsed.TotalSeconds;
                    foreach (var end in face.WordEnds.Where(end => now - end is > -0.5 and < nearSeconds)) delays.Add(now - end);
                }
                if (happened is ClosedEvent) return;
            }
        });
        await server.Client.PublishAsync(id, new MediaHello(MediaHello.CurrentProtocol, new AudioFormat("pcm_f32le"), new VideoFormat()), Chunks(face, clock));
        await listening.WaitAsync(TimeSpan.FromSeconds(20));
        return delays;
    }

    private static async IAsyncEnumerable<MediaChunk> Chunks(TalkingFace face, Stopwatch clock)
    {
        for (var i = 0; i < face.Pictures.Count; i++)
        {
            var time = TimeSpan.FromMilliseconds(40 * i);
            var due = time + TimeSpan.FromMilliseconds(40) - clock.Elapsed;
            if (due > TimeSpan.Zero) await Task.Delay(due);
            var sound = face.Samples.AsSpan(i * TalkingFace.SamplesPerPicture, TalkingFace.SamplesPerPicture);
            yield return new MediaChunk(MediaKind.Audio, time, MemoryMarshal.AsBytes(sound).ToArray());
            yield return new MediaChunk(MediaKind.Video, time, face.Pictures[i]);
        }
    }
}
