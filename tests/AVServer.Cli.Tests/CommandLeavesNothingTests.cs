using System.Diagnostics;
using AVServer.TestKit;

namespace AVServer.Cli.Tests;

/// <summary>The command with more arguments than a telemetry client's buffer holds, watched from outside.</summary>
[Trait("Category", "slow")]
public sealed class CommandLeavesNothingTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("0")]
    public async Task Score_of_a_thousand_files_sends_nothing_and_leaves_nothing(string? disableTelemetry)
    {
        using var folder = new TemporaryFolder();
        new FakeSpotter { Centre = 16, Gain = 0.5f, Threshold = 0.8 }.Write(Path.Combine(folder.Path, "models"));
        var recording = Path.Combine(folder.Path, "recording.wav");
        string[] noise =
            ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=amplitude=0.5:duration=1:sample_rate=16000", recording];
        using (var ffmpeg = Process.Start("ffmpeg", noise)) await ffmpeg.WaitForExitAsync();
        // One file is there, so that a model runs; the others make the command line long.
        string[] files = [recording, .. Enumerable.Range(1, 999).Select(i => $"recordings/of/a/day/that/is/not/there/{i:0000}.wav")];
        var environment = disableTelemetry is null ? new Dictionary<string, string>()
            : new() { ["ORT_DISABLE_TELEMETRY"] = disableTelemetry };

        await using var av = WatchedProcess.Start(
            Path.Combine(AppContext.BaseDirectory, "av.dll"), environment,
            ["score", "--local", "--models-path", Path.Combine(folder.Path, "models"), .. files]);

        Assert.Equal(1, await av.ExitAsync());   // because of the files that aren't there
        Assert.True(files.Sum(file => file.Length + 1) > 32 << 10);
        Assert.Contains("\"keyword\":\"computer\"", av.Output, StringComparison.Ordinal);
        Assert.Equal(999, av.Output.Split('\n').Count(line => line.Contains("\"error\"", StringComparison.Ordinal)));
        Assert.Empty(av.Left);
        Assert.Empty(av.ForeignConnections);
    }
}
