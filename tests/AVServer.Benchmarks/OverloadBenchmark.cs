using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using AVServer.Client;
using AVServer.Contracts;

namespace AVServer.Benchmarks;

/// <summary>
/// <c>overload N SECONDS</c>: a real server on one core, and N senders in real time who all come within two seconds, more than it can hear:
/// how many it keeps, how many it refuses at the door or after all, and the delay of the words of those whom it keeps.
/// </summary>
internal static class OverloadBenchmark
{
    private const int ChunkSamples = 1_280;
    private const double WordEverySeconds = 5;
    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(int streams, double seconds)
    {
        // The server has core 0 to itself; the senders run on the others.
        if (OperatingSystem.IsLinux() && Environment.ProcessorCount > 1)
            Process.GetCurrentProcess().ProcessorAffinity = (nint)((1L << Environment.ProcessorCount) - 2);
        var speech = await SpeechMaterial.SpeechAsync(TimeSpan.FromMinutes(3));
        var words = await SpeechMaterial.KeywordsAsync(20);
        await using var server = await BenchServer.StartAsync(cores: "0");
        // Warm: what is made once is made before anybody is measured.
        await SendAsync(server.Client, new Sender("warm", speech, words, 0, 8), new Tally());
        var tally = new Tally();
        var before = server.ProcessorTime;
        await Task.WhenAll(Enumerable.Range(0, streams).Select(async i =>
        {
            await Task.Delay(Spread * i / streams);
            await SendAsync(server.Client, new Sender($"stream-{i}", speech, words, i, seconds), tally);
        }));
        var cpu = (server.ProcessorTime - before).TotalSeconds / (seconds + Spread.TotalSeconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{streams} senders of continuous speech within {Spread.TotalSeconds:F0} s, for {seconds:F0} s, server on one core"));
        Console.WriteLine(
            $"  kept to the end {tally.Kept}; refused at the door {tally.AtTheDoor}, after all {tally.AfterAll}, otherwise "
            + $"{tally.Otherwise}; server at {cpu:P0} of the core");
        Console.WriteLine($"  delay from the word's end on the sender's clock, of all events: {BenchServer.Summary(tally.Delays)}");
        Console.WriteLine($"  of those who were kept: {BenchServer.Summary(tally.DelaysOfKept)}");
        return tally.Otherwise == 0 && tally.Kept > 0 ? 0 : 1;
    }

    private static async Task SendAsync(AVServerClient client, Sender sender, Tally tally)
    {
        var clock = new Stopwatch();
        var delays = new List<double>();
        var isOpen = false;
        try
        {
            await client.PublishAsync(sender.Id, new MediaHello(MediaHello.CurrentProtocol, new AudioFormat()), sender.ChunksAsync(clock),
                happened =>
            {
                isOpen |= happened is OpenedEvent;
                if (happened is WakeWordEvent word) delays.Add((clock.Elapsed - word.End).TotalSeconds);
            });
            tally.Add(ref tally.Kept, delays, isKept: true);
        }
        catch (ServerRefusedException refused) when (refused.Code == FaultCodes.ServerBusy)
        {
            if (isOpen) tally.Add(ref tally.AfterAll, delays, isKept: false);
            else tally.Add(ref tally.AtTheDoor, delays, isKept: false);
        }
        catch (AVServerException exception)
        {
            Console.Error.WriteLine($"{sender.Id}: {exception.Message}");
            tally.Add(ref tally.Otherwise, delays, isKept: false);
        }
    }

    /// <summary>One sender: speech of its own place, with a word in it again and again.</summary>
    private sealed record Sender(string Id, float[] Speech, IReadOnlyList<float[]> Words, int Number, double Seconds)
    {
        public async IAsyncEnumerable<MediaChunk> ChunksAsync(Stopwatch clock)
        {
            var every = (int)(WordEverySeconds * SpeechMaterial.SampleRateHz);
            var (offset, word) = (Number * 7_919 * ChunkSamples, Words[Number % Words.Count]);
            clock.Start();
            for (var at = 0; at < Seconds * SpeechMaterial.SampleRateHz; at += ChunkSamples)
            {
                var due = TimeSpan.FromSeconds((double)(at + ChunkSamples) / SpeechMaterial.SampleRateHz) - clock.Elapsed;
                if (due > TimeSpan.Zero) await Task.Delay(due);
                var bytes = new byte[ChunkSamples * sizeof(short)];
                for (var i = 0; i < ChunkSamples; i++)
                {
                    // Not all at once: people don't.
                    var within = (at + i + (Number * every / 13)) % every;
                    var sample = within < word.Length ? word[within] : Speech[(int)(((long)offset + at + i) % Speech.Length)];
                    BitConverter.TryWriteBytes(bytes.AsSpan(i * sizeof(short)), (short)Math.Clamp(sample * 32_767, short.MinValue,
                        short.MaxValue));
                }
                yield return new MediaChunk(MediaKind.Audio, TimeSpan.FromSeconds((double)at / SpeechMaterial.SampleRateHz), bytes);
            }
        }
    }

    private sealed class Tally
    {
        private readonly ConcurrentBag<double> _delays = [];
        private readonly ConcurrentBag<double> _delaysOfKept = [];

        public int Kept;
        public int AtTheDoor;
        public int AfterAll;
        public int Otherwise;

        public IReadOnlyCollection<double> Delays => _delays;

        public IReadOnlyCollection<double> DelaysOfKept => _delaysOfKept;

        public void Add(ref int counter, List<double> delays, bool isKept)
        {
            Interlocked.Increment(ref counter);
            foreach (var delay in delays)
            {
                _delays.Add(delay);
                if (isKept) _delaysOfKept.Add(delay);
            }
        }
    }
}
