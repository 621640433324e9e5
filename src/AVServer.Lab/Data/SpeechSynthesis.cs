using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace AVServer.Lab.Data;

/// <summary>Makes the corpus <c>synthetic</c> with the voices of espeak-ng and flite: the keyword, words near it, and sentences.</summary>
/// <remarks>Robotic voices: an addition to recordings of people, which teaches accents and near misses that no corpus has.</remarks>
public sealed class SpeechSynthesis(string cacheFolder)
{
    /// <summary>Name of the corpus.</summary>
    public const string Set = "synthetic";

    private static readonly string[] Accents = ["en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-029", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-us-nyc"];
    private static readonly string[] Variants = ["", "+m1", "+m2", "+m3", "+m4", "+m5", "+m6", "+m7", "+f1", "+f2", "+f3", "+f4", "+f5", "+klatt", "+klatt2", "+klatt4"];
    private static readonly string[] Flite = ["rms", "slt", "awb", "kal16"];

    private static readonly string[] NearMisses =
    [
        "compute", "computing", "computed", "commuter", "commute", "tutor", "scooter", "pewter", "Jupiter", "community", "composer",
        "competitor", "compare her", "complete her", "committee", "company", "computation", "recruiter", "router", "neuter", "shooter",
        "come to her", "can puter", "confuser", "consumer", "contributor", "comforter", "comptroller", "communion", "commuting",
        "commuter train", "the future", "you two are", "come pew", "hooter", "booter", "looter", "accuser", "producer", "computes",
    ];

    /// <summary>Makes the corpus unless it is there.</summary>
    /// <param name="keyword">The keyword.</param>
    /// <param name="sentences">Text to speak, one sentence an entry.</param>
    /// <param name="seed">Seed of the choice of voices and rates.</param>
    /// <param name="cancellationToken">Stops the work; the corpus is then not in the cache.</param>
    /// <returns>Whether it was made now.</returns>
    public async Task<bool> MakeAsync(string keyword, IReadOnlyList<string> sentences, int seed, CancellationToken cancellationToken)
    {
        var index = Path.Combine(cacheFolder, Set + ".tsv");
        if (File.Exists(index)) return false;
        var random = new Random(seed);
        await using var pcm = File.Create(Path.Combine(cacheFolder, Set + ".pcm"));
        var lines = new List<string>();
        var offset = 0;
        foreach (var (path, voice, text) in Plan(keyword, sentences, random))
        {
            var samples = await SpeakAsync(voice, text, random, cancellationToken);
            if (samples.Length < 3200) continue;
            await pcm.WriteAsync(MemoryMarshal.AsBytes<short>(samples).ToArray(), cancellationToken);
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{path}\t{text}\t{voice}\t{offset}\t{samples.Length}"));
            offset += samples.Length;
        }
        await File.WriteAllLinesAsync(index + ".part", lines, cancellationToken);
        File.Move(index + ".part", index);
        return true;
    }

    private static IEnumerable<(string Path, string Voice, string Text)> Plan(string keyword, IReadOnlyList<string> sentences, Random random)
    {
        var voices = Accents.SelectMany(accent => Variants.Select(variant => accent + variant)).ToArray();
        foreach (var voice in voices) yield return ($"keyword/{voice}", voice, keyword);
        foreach (var voice in Flite)
            for (var i = 0; i < 12; i++) yield return ($"keyword/flite-{voice}-{i}", "flite:" + voice, keyword);
        foreach (var word in NearMisses)
            for (var i = 0; i < 12; i++)
                yield return ($"near/{word}-{i}", i < 4 ? "flite:" + Flite[i] : voices[random.Next(voices.Length)], word);
        for (var i = 0; i < sentences.Count; i++)
            yield return ($"sentence/{i}", i % 3 == 0 ? voices[random.Next(voices.Length)] : "flite:" + Flite[random.Next(Flite.Length)], sentences[i]);
    }

    private static async Task<short[]> SpeakAsync(string voice, string text, Random random, CancellationToken cancellationToken)
    {
        var wav = Path.Combine(Path.GetTempPath(), $"av-lab-{Environment.ProcessId}.wav");
        var (rate, pitch) = (random.Next(120, 220), random.Next(20, 80));
        string[] arguments = voice.StartsWith("flite:", StringComparison.Ordinal)
            ? ["-voice", voice[6..], "--setf", $"duration_stretch={(160f / rate).ToString("F2", CultureInfo.InvariantCulture)}", "-t", text, wav]
            : ["-v", voice, "-s", $"{rate}", "-p", $"{pitch}", "-w", wav, text];
        await RunAsync(voice.StartsWith("flite:", StringComparison.Ordinal) ? "flite" : "espeak-ng", arguments, Stream.Null, cancellationToken);
        using var bytes = new MemoryStream();
        await RunAsync("ffmpeg", ["-v", "error", "-nostdin", "-i", wav, "-ac", "1", "-ar", "16000", "-f", "s16le", "-"], bytes, cancellationToken);
        File.Delete(wav);
        return MemoryMarshal.Cast<byte, short>(bytes.ToArray()).ToArray();
    }

    private static async Task RunAsync(string program, IEnumerable<string> arguments, Stream output, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"Expected {program} to start, it did not. Install {program}.");
        await process.StandardOutput.BaseStream.CopyToAsync(output, cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0) throw new InvalidOperationException($"Expected {program} to end with 0, it ended with {process.ExitCode}.");
    }
}
