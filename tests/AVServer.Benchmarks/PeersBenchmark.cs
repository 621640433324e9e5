using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Evaluation;
using AVServer.Pipeline;
using AVServer.Runtime;
using AVServer.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Benchmarks;

/// <summary>
/// <c>peers</c>: the same recordings of strangers, clean and in household noise, and the same speech without the word, played to this
/// server with the word typed, to Porcupine 1.9.2 with its built-in word and, where it has the word, to openWakeWord: what each finds, how
/// often each is wrong, and the processor time of all.
/// </summary>
internal static class PeersBenchmark
{
    private const int Rate = SpeechMaterial.SampleRateHz;
    private const double TypedRate = 0.5;
    private const float OpenWakeWordThreshold = 0.5f;

    /// <summary>Silence around each recording, so that a word at its edge is heard whole by everybody.</summary>
    private const double EdgeSeconds = 0.5;

    private static readonly double?[] Conditions = [null, 10, 5, 0];
    private static readonly string[] Sensitivities = ["0.5", "0.8"];

    public static async Task<int> RunAsync(string porcupine)
    {
        var noise = await SpeechMaterial.NoiseAsync(TimeSpan.FromMinutes(4));
        var without = await SpeechMaterial.OtherSpeechAsync();
        var hours = without.Sum(sound => (double)sound.Length) / Rate / 3600;
        Console.WriteLine(
            $"{hours:F2} hours without the words: talking faces (English) and nEMO (Polish), half of both at 10 dB of household noise");
        for (var i = 1; i < without.Count; i += 2) Mix(without[i], noise, 10, i);
        foreach (var word in (string[])["jarvis", "computer"])
        {
            var recordings = await SpeechMaterial.WakeWordsAsync(word, 120);
            var sets = Noisy(recordings, noise);
            Print($"\"{word}\", {recordings.Count} recordings");
            Print($"AVServer, typed for {TypedRate} an hour", await OursAsync(word, sets, without), recordings.Count, hours);
            foreach (var sensitivity in Sensitivities)
            {
                var theirs = await TheirsAsync(porcupine, word, sensitivity, sets, without);
                Print($"Porcupine 1.9.2 at {sensitivity}", theirs, recordings.Count, hours);
            }
        }
        // No recording here has a person say a word of openWakeWord's: synthetic voices do, such as taught it.
        const string phrase = "hey jarvis";
        var renderings = await SpeechMaterial.RenderingsAsync(phrase, 120);
        var rendered = Noisy(renderings, noise);
        Print($"\"{phrase}\", {renderings.Count} renderings by synthetic voices");
        Print($"AVServer, typed for {TypedRate} an hour", await OursAsync(phrase, rendered, without), renderings.Count, hours);
        Print($"openWakeWord 0.1 at {OpenWakeWordThreshold}", AskOpenWakeWord(phrase, rendered, without), renderings.Count, hours);
        return 0;
    }

    private static float[][][] Noisy(IReadOnlyList<float[]> recordings, float[] noise) =>
        [.. Conditions.Select(snr => recordings.Select((sound, i) => Noisy(sound, noise, snr, i)).ToArray())];

    private static void Print(string what) =>
        Console.WriteLine($"{what}: found of 100 clean, at 10, 5 and 0 dB (95 %); false alarms; ms of a core a second");

    private static Outcome AskOpenWakeWord(string phrase, float[][][] sets, IReadOnlyList<float[]> without)
    {
        using var peer = new OpenWakeWord(phrase.Replace(' ', '_'));
        int[] found = [.. sets.Select(set => set.Count(sound => peer.Count(sound, OpenWakeWordThreshold) > 0))];
        var before = ProcessorTime.OfAll();
        var alarms = without.Sum(sound => peer.Count(sound, OpenWakeWordThreshold));
        return new Outcome(found, alarms, (ProcessorTime.OfAll() - before).TotalSeconds);
    }

    private static void Print(string name, Outcome outcome, int recordings, double hours)
    {
        var recalls = outcome.Found.Select(found =>
        {
            var interval = WilsonInterval.Of(found, recordings);
            return $"{100.0 * found / recordings,5:F1} ({100 * interval.Low:F0}–{100 * interval.High:F0})";
        });
        var cost = outcome.Seconds / (hours * 3600) * 1e3;
        Console.WriteLine($"  {name,-33} {string.Join(' ', recalls)}   {outcome.FalseAlarms} in {hours:F1} h   {cost:F2}");
    }

    private static async Task<Outcome> OursAsync(string word, float[][][] sets, IReadOnlyList<float[]> without)
    {
        using var folder = new TemporaryFolder();
        foreach (var model in ModelStore.Open(TestPaths.Models).Models.Where(model => !IsTrainedForWords(model.Manifest.Kind)))
            Directory.CreateSymbolicLink(Path.Combine(folder.Path, model.Manifest.Name), model.Folder);
        await using var services = PipelineServices.BuildPipeline(
            folder.Path,
            KeyValuePair.Create("Keywords:Shipped", (string?)"false"),
            KeyValuePair.Create("Keywords:Words:0:Text", (string?)word),
            KeyValuePair.Create("Runtime:Workers", (string?)"1"));
        var pipeline = services.GetRequiredService<IStreamPipeline>();
        var found = new int[sets.Length];
        for (var c = 0; c < sets.Length; c++)
            foreach (var sound in sets[c]) found[c] += await CountAsync(pipeline, sound, word) > 0 ? 1 : 0;
        var before = ProcessorTime.OfAll();
        var alarms = 0;
        foreach (var sound in without) alarms += await CountAsync(pipeline, sound, word);
        return new Outcome(found, alarms, (ProcessorTime.OfAll() - before).TotalSeconds);
    }

    // Where one is there, a word that both find is told as its.
    private static bool IsTrainedForWords(ModelKind kind) =>
        kind is ModelKind.KeywordSpotter or ModelKind.KeywordVerifier or ModelKind.AudioVisualSpotter;

    private static async Task<int> CountAsync(IStreamPipeline pipeline, float[] sound, string word)
    {
        var count = 0;
        await foreach (var item in SpeechMaterial.PlayAsync(pipeline, sound))
            if (item is WakeWordEvent heard && heard.Keyword == word) count++;
        return count;
    }

    private static async Task<Outcome> TheirsAsync(
        string porcupine, string word, string sensitivity, float[][][] sets, IReadOnlyList<float[]> without)
    {
        using var folder = new TemporaryFolder();
        var found = new int[sets.Length];
        for (var c = 0; c < sets.Length; c++) found[c] = (await AskAsync(sets[c])).Found.Count(count => count > 0);
        var (alarms, seconds) = await AskAsync(without);
        return new Outcome(found, alarms.Sum(), seconds);

        async Task<(int[] Found, double Seconds)> AskAsync(IReadOnlyList<float[]> sounds)
        {
            var paths = sounds.Select((sound, i) => Write(Path.Combine(folder.Path, $"{i}.pcm"), sound)).ToArray();
            var script = Path.Combine(AppContext.BaseDirectory, "porcupine.cjs");
            var start = new ProcessStartInfo("node", [script, porcupine, word, sensitivity])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            };
            using var node = Process.Start(start)!;
            await node.StandardInput.WriteAsync(string.Join('\n', paths));
            node.StandardInput.Close();
            using var answer = JsonDocument.Parse(await node.StandardOutput.ReadToEndAsync());
            await node.WaitForExitAsync();
            var counts = answer.RootElement.GetProperty("found").EnumerateArray().Select(count => count.GetInt32());
            return ([.. counts], answer.RootElement.GetProperty("seconds").GetDouble());
        }
    }

    private static string Write(string path, float[] sound)
    {
        var samples = Array.ConvertAll(sound, sample => (short)Math.Clamp(MathF.Round(sample * 32767), short.MinValue, short.MaxValue));
        File.WriteAllBytes(path, MemoryMarshal.AsBytes(samples.AsSpan()).ToArray());
        return path;
    }

    private static float[] Noisy(float[] sound, float[] noise, double? snr, int turn)
    {
        var edge = (int)(EdgeSeconds * Rate);
        float[] whole = [.. new float[edge], .. sound, .. new float[edge]];
        if (snr is { } ratio) Mix(whole, noise, ratio, turn);
        return whole;
    }

    // The ratio is that of the loud half of the recording's 20 ms pieces: pauses don't count as speech.
    private static void Mix(float[] sound, float[] noise, double snr, int turn)
    {
        var at = (int)((long)turn * 7919 * 163 % (noise.Length - sound.Length));
        var gain = (float)(Loudness(sound) / Loudness(noise.AsSpan(at, sound.Length)) * Math.Pow(10, -snr / 20));
        for (var i = 0; i < sound.Length; i++) sound[i] = Math.Clamp(sound[i] + (gain * noise[at + i]), -1, 1);
    }

    private static double Loudness(ReadOnlySpan<float> sound)
    {
        const int piece = Rate / 50;
        var powers = new double[sound.Length / piece];
        for (var i = 0; i < powers.Length; i++)
            foreach (var sample in sound.Slice(i * piece, piece)) powers[i] += (double)sample * sample / piece;
        return Math.Sqrt(Math.Max(1e-12, powers.OrderDescending().Take((powers.Length + 1) / 2).Average()));
    }

    private sealed record Outcome(int[] Found, int FalseAlarms, double Seconds);
}
