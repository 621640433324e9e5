using System.Diagnostics;
using System.Runtime.InteropServices;
using AVServer.Client;
using AVServer.Contracts;

namespace AVServer.Benchmarks;

/// <summary>
/// <c>live N</c>: a real server on one core, N sockets in real time with continuous speech into which the wake word is spoken; counts the
/// events that arrive and their delay after the word's end has been sent, and the streams that the server refuses because it can't keep up.
/// </summary>
internal static class LiveBenchmark
{
    private const int ChunkSamples = 1280;
    private const double RunSeconds = 24;
    private const double FirstWordSeconds = 6;
    private const double LastWordSeconds = 20;

    public static async Task<int> RunAsync(int streams)
    {
        // The server has core 0 to itself; the senders run on the others.
        if (OperatingSystem.IsLinux() && Environment.ProcessorCount > 1)
            Process.GetCurrentProcess().ProcessorAffinity = (nint)((1L << Environment.ProcessorCount) - 2);
        var speech = await SpeechMaterial.SpeechAsync(TimeSpan.FromMinutes(3));
        var words = await SpeechMaterial.KeywordsAsync(40);
        await using var server = await BenchServer.StartAsync(cores: "0");
        // What a lone stream brings: the same sound must bring it in a crowd.
        var alone = await Task.WhenAll(
            Enumerable.Range(0, words.Count)
                .Select(async i => await SendAsync(server.Client, $"alone-{i}", speech, words[i], i, WordAt(i, words.Count)) ?? []));
        var before = server.ProcessorTime;
        var crowd = await Task.WhenAll(
            Enumerable.Range(0, streams).Select(
                i => SendAsync(server.Client, $"live-{i}", speech, words[i % words.Count], i % words.Count, WordAt(i, streams))));
        var cpu = (server.ProcessorTime - before).TotalSeconds / RunSeconds;

        var taken = crowd.Index().Where(stream => stream.Item is not null).ToArray();
        var expected = taken.Sum(stream => alone[stream.Index % words.Count].Count);
        var delays = taken.SelectMany(stream => stream.Item!).ToArray();
        Console.WriteLine($"{streams} live streams of continuous speech over WebSockets, {RunSeconds:F0} s, server on one core");
        if (taken.Length < streams) Console.WriteLine($"  {streams - taken.Length} of them refused: the server could not keep up with all");
        Console.WriteLine($"  events {delays.Length} of {expected} that the streams bring one by one; server at {cpu:P0} of the core");
        Console.WriteLine($"  delay from the word's end on the sender's clock: {BenchServer.Summary(delays)}");
        return delays.Length == expected && taken.Length == streams ? 0 : 1;
    }

    /// <summary>
    /// Sample at which a stream's word begins: people don't all speak at once. A whole number of chunks, so that it falls alike for every
    /// stream.
    /// </summary>
    private static int WordAt(int stream, int streams) =>
        (int)((FirstWordSeconds
            + ((LastWordSeconds - FirstWordSeconds) * stream / streams)) * SpeechMaterial.SampleRateHz) / ChunkSamples * ChunkSamples;

    /// <summary>Sends one stream in real time and gives the delay of each event after the word's end; null: it was refused.</summary>
    private static async Task<IReadOnlyList<double>?> SendAsync(
        AVServerClient client, string id, float[] speech, float[] word, int variant, int wordAt)
    {
        var delays = new List<double>();
        var clock = Stopwatch.StartNew();
        using var done = new CancellationTokenSource();
        var listening = Task.Run(async () =>
        {
            await foreach (var happened in client.SubscribeAsync(new EventFilter(id), done.Token))
            {
                if (happened is WakeWordEvent detected) lock (delays) delays.Add((clock.Elapsed - detected.End).TotalSeconds);
                if (happened is ClosedEvent) return;
            }
        });
        try
        {
            await client.PublishAsync(
                id, new MediaHello(MediaHello.CurrentProtocol, new AudioFormat("pcm_f32le")), Chunks(speech, word, variant, wordAt, clock));
        }
        catch (ServerRefusedException)
        {
            await done.CancelAsync();
            return null;
        }
        await listening.WaitAsync(TimeSpan.FromSeconds(10));
        lock (delays) return [.. delays];
    }

    private static async IAsyncEnumerable<MediaChunk> Chunks(float[] speech, float[] word, int variant, int wordAt, Stopwatch clock)
    {
        // The same speech surrounds a variant's word wherever the word falls.
        var offset = (variant * 61 * ChunkSamples % (speech.Length / 2)) + speech.Length - wordAt;
        for (var at = 0; at < RunSeconds * SpeechMaterial.SampleRateHz; at += ChunkSamples)
        {
            var chunk = new float[ChunkSamples];
            for (var i = 0; i < ChunkSamples; i++)
            {
                var inWord = at + i - wordAt;
                chunk[i] = inWord >= 0 && inWord < word.Length ? word[inWord] : speech[(offset + at + i) % speech.Length];
            }
            var due = TimeSpan.FromSeconds((double)(at + ChunkSamples) / SpeechMaterial.SampleRateHz) - clock.Elapsed;
            if (due > TimeSpan.Zero) await Task.Delay(due);
            yield return new MediaChunk(
                MediaKind.Audio, TimeSpan.FromSeconds((double)at / SpeechMaterial.SampleRateHz),
                MemoryMarshal.AsBytes(chunk.AsSpan()).ToArray());
        }
    }
}
