using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;
using AVServer.Server.Browser.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Server.Browser.Tests;

[Trait("Category", "browser")]
public sealed class MicrophonePageTests
{
    [CorporaFact]
    public async Task Word_said_to_the_microphone_appears_in_the_log_once()
    {
        using var recordings = new Recordings();
        var microphone = await recordings.ComputerAsync(tailSeconds: 20);
        await using var server = await PageServer.StartAsync();
        await BrowserCheck.RunAsync("word-is-heard", new { server.Address, microphone, keyword = "computer" });
    }

    [CorporaFact]
    public async Task Threshold_is_dragged_noise_is_mixed_in_and_labels_become_a_data_set()
    {
        using var recordings = new Recordings();
        using var folder = new TemporaryFolder();
        var (microphone, archive) = (await recordings.ComputerAsync(), Path.Combine(folder.Path, "labels.zip"));
        await using var server = await PageServer.StartAsync(null, ("Keywords:Shipped", "false"));
        await BrowserCheck.RunAsync("word-is-judged", new { server.Address, microphone, archive, falseAlarmsPerHour = 1 });

        using var zip = ZipFile.OpenRead(archive);
        var lines = ReadLines(zip.GetEntry("labels.jsonl")!);
        Assert.Equal(["good", "missed"], lines.Select(line => line.GetProperty("label").GetString()));
        var good = lines[0];
        Assert.Equal(("computer", "microphone"), (good.GetProperty("keyword").GetString(), good.GetProperty("source").GetString()));
        Assert.InRange(good.GetProperty("posterior").GetDouble(), 0.5, 1);

        // The clips are WAV files, and the word lies in the first where its line says.
        var samples = ReadSamples(zip.GetEntry(good.GetProperty("clip").GetString()!)!);
        var (start, end) = (good.GetProperty("wordStart").GetDouble(), good.GetProperty("wordEnd").GetDouble());
        Assert.InRange(samples.Length / 16_000.0, end + 0.7, end + 0.9);
        var (word, before) = (Loudness(samples, start, end), Loudness(samples, 0, start - 0.3));
        Assert.True(word > 3 * before, $"Expected a word that is louder than what is before it, got {word} and {before}.");
        Assert.InRange(ReadSamples(zip.GetEntry(lines[1].GetProperty("clip").GetString()!)!).Length / 16_000.0, 3, 5.5);
    }

    [Fact]
    public async Task Sound_moves_the_level_and_reaches_the_server()
    {
        using var recordings = new Recordings();
        var microphone = await recordings.ToneAsync(amplitude: 0.1, seconds: 5);
        await using var server = await PageServer.StartAsync();
        await BrowserCheck.RunAsync("level-moves", new { server.Address, microphone, tooLoud = false });
    }

    [Fact]
    public async Task Clipped_sound_is_called_too_loud()
    {
        using var recordings = new Recordings();
        var microphone = await recordings.ToneAsync(amplitude: 1.5, seconds: 5);
        await using var server = await PageServer.StartAsync();
        await BrowserCheck.RunAsync("level-moves", new { server.Address, microphone, tooLoud = true });
    }

    private static JsonElement[] ReadLines(ZipArchiveEntry entry)
    {
        using var reader = new StreamReader(entry.Open());
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)];
    }

    /// <summary>The samples of a WAV file of 16 kHz, mono, 16 bits.</summary>
    private static short[] ReadSamples(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        var bytes = new byte[entry.Length];
        stream.ReadExactly(bytes);
        Assert.Equal("RIFF"u8, bytes.AsSpan(0, 4));
        Assert.Equal(
            (1, 16_000),
            (BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(22)), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(24))));
        Assert.Equal(bytes.Length - 44, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(40)));
        var samples = new short[(bytes.Length - 44) / 2];
        for (var i = 0; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(44 + (2 * i)));
        return samples;
    }

    private static double Loudness(short[] samples, double from, double to) =>
        Math.Sqrt(samples.Skip((int)(from * 16_000)).Take((int)((to - from) * 16_000)).Average(sample => (double)sample * sample));
}
