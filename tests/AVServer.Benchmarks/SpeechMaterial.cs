using System.Globalization;
using System.Runtime.InteropServices;
using AVServer.Contracts;
using AVServer.Media;
using AVServer.Pipeline;
using AVServer.TestKit;

namespace AVServer.Benchmarks;

/// <summary>Continuous real speech for the throughput programs.</summary>
internal static class SpeechMaterial
{
    public const int SampleRateHz = 16_000;

    /// <summary>Samples of a chunk, 80 ms.</summary>
    public const int ChunkSamples = 1_280;

    /// <summary>Read sentences, one after another without pauses, so that the gate stays open.</summary>
    public static async Task<float[]> SpeechAsync(TimeSpan atLeast)
    {
        var files = Directory.GetFiles(Path.Combine(Corpora(), "ljspeech_subset"), "*.opus").Order(StringComparer.Ordinal);
        var samples = new List<float>();
        foreach (var file in files)
        {
            samples.AddRange(await ReadAsync(file));
            if (samples.Count >= atLeast.TotalSeconds * SampleRateHz) break;
        }
        return [.. samples];
    }

    /// <summary>Acted English sentences by many people, loud enough for a microphone.</summary>
    public static async Task<IReadOnlyList<float[]>> SentencesAsync(int count)
    {
        var files = Directory.GetFiles(Path.Combine(Corpora(), "ravdess", "audio"), "*.opus").Order(StringComparer.Ordinal)
            .Where((_, i) => i % 59 == 0).Take(count);
        var clips = new List<float[]>();
        foreach (var file in files)
        {
            var clip = await ReadAsync(file);
            var gain = 0.5f / Math.Max(0.05f, clip.Max(Math.Abs));
            clips.Add(Array.ConvertAll(clip, sample => sample * gain));
        }
        return clips;
    }

    /// <summary>Recordings of the wake word "computer" by several people.</summary>
    public static async Task<IReadOnlyList<float[]>> KeywordsAsync(int count)
    {
        var files = Directory.GetFiles(Path.Combine(Corpora(), "ovos_wakewords", "wake-words", "en", "computer"), "computer-en-*.opus")
            .Order(StringComparer.Ordinal).Take(count);
        var clips = new List<float[]>();
        foreach (var file in files) clips.Add(await ReadAsync(file));
        return clips;
    }

    /// <summary>Recordings of a wake word by people whom nothing was taught by but, for "computer", the verifier by some.</summary>
    public static async Task<IReadOnlyList<float[]>> WakeWordsAsync(string word, int count)
    {
        if (word == "computer") return await KeywordsAsync(count);
        return await Task.WhenAll(Recordings("picovoice_wakeword", word).Take(count).Select(ReadAsync));
    }

    /// <summary>A phrase as synthetic voices say it.</summary>
    public static async Task<IReadOnlyList<float[]>> RenderingsAsync(string phrase, int count)
    {
        var clips = new List<float[]>();
        var rows = File.ReadLines(Path.Combine(Corpora(), "synthetic_words", "manifest.tsv")).Skip(1).Select(row => row.Split('\t'))
            .Where(row => row[1] == phrase).Take(count).GroupBy(row => row[0]);
        foreach (var file in rows)
        {
            var sound = await ReadAsync(Path.Combine(Corpora(), "synthetic_words", file.Key));
            foreach (var row in file)
            {
                var first = (int)(double.Parse(row[4], CultureInfo.InvariantCulture) * SampleRateHz);
                var length = (int)(double.Parse(row[5], CultureInfo.InvariantCulture) * SampleRateHz);
                clips.Add(sound.AsSpan(first, Math.Min(length, sound.Length - first)).ToArray());
            }
        }
        return clips;
    }

    /// <summary>Household noise, one recording after another.</summary>
    public static async Task<float[]> NoiseAsync(TimeSpan atLeast)
    {
        var samples = new List<float>();
        foreach (var file in Recordings("noise_ovos"))
        {
            samples.AddRange(await ReadAsync(file));
            if (samples.Count >= atLeast.TotalSeconds * SampleRateHz) break;
        }
        return [.. samples];
    }

    /// <summary>Speech in which no wake word is said, by people who taught no wake word: English to a camera, and acted Polish.</summary>
    public static async Task<IReadOnlyList<float[]>> OtherSpeechAsync()
    {
        string[] files =
        [
            .. Directory.GetFiles(Path.Combine(Corpora(), "talking_faces"), "*.mkv").Order(StringComparer.Ordinal),
            .. Recordings("nemo").Where((_, i) => i % 4 == 0),
        ];
        var sounds = new List<float[]>();
        foreach (var file in files) sounds.Add(await ReadAsync(file));
        return sounds;
    }

    /// <summary>Sound as a sender cuts it: 32-bit floats, from a place on, from the beginning again where it ends.</summary>
    public static async IAsyncEnumerable<MediaChunk> Chunks(float[] sound, int offset, TimeSpan length)
    {
        var chunks = (int)(length.TotalSeconds * SampleRateHz / ChunkSamples);
        for (var i = 0; i < chunks; i++)
        {
            var samples = sound.AsSpan((offset + (i * ChunkSamples)) % (sound.Length - ChunkSamples + 1), ChunkSamples);
            var time = TimeSpan.FromSeconds((double)i * ChunkSamples / SampleRateHz);
            yield return new MediaChunk(MediaKind.Audio, time, MemoryMarshal.AsBytes(samples).ToArray());
            await Task.Yield();
        }
    }

    /// <summary>Plays a sound to a pipeline as a sender would, as fast as it takes it; what comes of it.</summary>
    public static IAsyncEnumerable<StreamEvent> PlayAsync(IStreamPipeline pipeline, float[] sound)
    {
        var request = new StreamRequest("played", new MediaHello(MediaHello.CurrentProtocol, new AudioFormat("pcm_f32le")));
        return pipeline.RunAsync(
            request, Chunks(sound, 0, TimeSpan.FromSeconds((double)sound.Length / SampleRateHz)), CancellationToken.None);
    }

    private static string[] Recordings(params ReadOnlySpan<string> folders) =>
        [.. Directory.GetFiles(Path.Combine([Corpora(), .. folders]), "*.opus", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static Task<float[]> ReadAsync(string path) => new MediaFile(new MediaOptions()).ReadAudioAsync(path, SampleRateHz);

    private static string Corpora() =>
        TestPaths.Corpora
            ?? throw new DirectoryNotFoundException("This benchmark needs the recordings: set AVSERVER_CORPORA to their folder.");
}
