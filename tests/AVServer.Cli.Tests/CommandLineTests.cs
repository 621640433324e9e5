using System.Diagnostics;
using System.Text.Json;
using AVServer.TestKit;

namespace AVServer.Cli.Tests;

/// <summary>The command as a user starts it: a process of its own.</summary>
[Trait("Category", "slow")]
public sealed class CommandLineTests
{
    [CorporaFact]
    public async Task Score_local_finds_the_keyword_in_a_recording_and_names_a_file_that_is_none()
    {
        // A clear recording: this is about the command; what the models miss is the business of their own test and card.
        var recording = Path.Combine(TestPaths.Corpora!, "ovos_wakewords", "wake-words", "en", "computer", "tng-computer-185.opus");

        var (code, output, _) = await RunAsync("score", "--local", "--models-path", TestPaths.Models, recording, "no-such-file.wav");

        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .ToArray();
        Assert.Equal((1, 2), (code, lines.Length));
        Assert.Equal("computer", Assert.Single(lines[0].GetProperty("events").EnumerateArray()).GetProperty("keyword").GetString());
        Assert.Equal("unreadable", lines[1].GetProperty("error").GetProperty("code").GetString());
    }

    [CorporaFact]
    public async Task Score_local_for_a_purpose_tells_what_was_said_and_how()
    {
        using var models = new TemporaryFolder();
        new FakeEmotion { Centre = -1.5f, Gain = 2 }.WriteWithVoiceActivity(models.Path);
        Directory.CreateSymbolicLink(Path.Combine(models.Path, "vosk-small-en"), Path.Combine(TestPaths.Models, "vosk-small-en"));
        var recording = Path.Combine(TestPaths.Corpora!, "ravdess", "audio", "03-01-05-02-01-01-02.opus");

        var (code, output, error) = await RunAsync("score", "--local", "--models-path", models.Path, "--purpose", "test", recording);

        Assert.True(code == 0, error);
        var segment = Assert.Single(JsonDocument.Parse(output).RootElement.GetProperty("segments").EnumerateArray());
        Assert.Contains("door", segment.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(FakeEmotion.Labels, segment.GetProperty("posteriors").EnumerateObject().Select(label => label.Name));
    }

    [Fact]
    public async Task Purpose_that_is_refused_is_told_in_a_sentence()
    {
        using var models = new TemporaryFolder();
        new FakeEmotion().WriteWithVoiceActivity(models.Path);

        var (code, _, error) = await RunAsync("score", "--local", "--models-path", models.Path, "--purpose", "workplace", "a.wav");

        Assert.Equal(1, code);
        Assert.StartsWith("av: Emotion:Purpose", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_is_not_there_is_a_sentence_and_an_exit_code()
    {
        var (code, _, error) = await RunAsync("status", "--url", "http://127.0.0.1:1");

        Assert.Equal(1, code);
        Assert.StartsWith("av: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_that_is_none_is_named()
    {
        var (code, _, error) = await RunAsync("status", "--url", "kitchen");

        Assert.Equal(1, code);
        Assert.Contains("got 'kitchen'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_of_a_hundred_files_is_scored_with_progress_and_a_report()
    {
        using var folder = new TemporaryFolder();
        new FakeSpotter { Centre = 16, Gain = 0.5f, Threshold = 0.8 }.Write(Path.Combine(folder.Path, "models"));
        var recordings = Directory.CreateDirectory(Path.Combine(folder.Path, "recordings", "of", "a", "day")).FullName;
        using (var ffmpeg = Process.Start(
            "ffmpeg",
            ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=amplitude=0.5:duration=1:sample_rate=16000",
                Path.Combine(recordings, "000.wav")])) await ffmpeg.WaitForExitAsync();
        for (var i = 1; i < 100; i++) File.Copy(Path.Combine(recordings, "000.wav"), Path.Combine(recordings, $"{i:000}.wav"));
        var (page, lines) = (Path.Combine(folder.Path, "report.html"), Path.Combine(folder.Path, "lines.jsonl"));

        var (code, output, error) = await RunAsync(
            "score", "--local", "--models-path", Path.Combine(folder.Path, "models"), Path.Combine(folder.Path, "recordings"), "--report",
            page, "--output", lines);

        Assert.True(code == 0 && output.Length == 0, error + output);
        Assert.Contains("av: 100 of 100 files, 0:01:40 of media", error, StringComparison.Ordinal);
        var files = File.ReadLines(lines).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("file").GetString()).ToArray();
        Assert.Equal(Enumerable.Range(0, 100).Select(i => Path.Combine(recordings, $"{i:000}.wav")), files);
        var html = await File.ReadAllTextAsync(page);
        Assert.All(files, file => Assert.Contains($"<h2>{file}</h2>", html, StringComparison.Ordinal));
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "av.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }
}
