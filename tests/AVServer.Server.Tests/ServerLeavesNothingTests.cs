using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using AVServer.Contracts;
using AVServer.TestKit;

namespace AVServer.Server.Tests;

/// <summary>The server as an operator starts it, a process of its own, watched from outside.</summary>
[Trait("Category", "server")]
public sealed partial class ServerLeavesNothingTests : IDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "AVServer.Server.dll");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("0")]
    public async Task Server_that_starts_scores_and_stops_sends_nothing_and_leaves_nothing(string? disableTelemetry)
    {
        new FakeSpotter { Centre = 16, Gain = 0.5f, Threshold = 0.8 }.Write(_folder.Path);
        var environment = disableTelemetry is null ? new Dictionary<string, string>()
            : new() { ["ORT_DISABLE_TELEMETRY"] = disableTelemetry };
        await using var server = WatchedProcess.Start(
            Program, environment, "--urls", "http://127.0.0.1:0", "--Runtime:ModelsPath", _folder.Path);
        using var http = new HttpClient
        {
            BaseAddress = new Uri((await server.UntilAsync(Listening())).Groups[1].Value),
            Timeout = TestTimeout.Longest
        };

        using var answer = await http.PostAsync(
            new Uri("api/score?fileName=a.wav", UriKind.Relative), new ByteArrayContent(await NoiseAsync()));
        var report = await answer.Content.ReadFromJsonAsync<ScoreReport>(ContractsJson.Options);

        Assert.NotEmpty(report!.Events);
        Assert.Equal(0, await server.StopAsync());
        Assert.Empty(server.Left);
        Assert.Empty(server.ForeignConnections);
    }

    [Fact]
    public async Task Provider_that_is_none_stops_the_start_by_its_name()
    {
        new FakeSpotter().Write(_folder.Path);
        await using var server = WatchedProcess.Start(
            Program, new Dictionary<string, string>(), "--urls", "http://127.0.0.1:0", "--Runtime:ModelsPath", _folder.Path,
            "--Runtime:Provider", "gpu");

        Assert.NotEqual(0, await server.ExitAsync());
        Assert.Contains("'gpu' at 'Runtime:Provider'", server.Output, StringComparison.Ordinal);
    }

    private async Task<byte[]> NoiseAsync()
    {
        var path = Path.Combine(_folder.Path, "noise.wav");
        using var ffmpeg = Process.Start(
            "ffmpeg", ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=amplitude=0.5:duration=1:sample_rate=16000", path]);
        await ffmpeg.WaitForExitAsync();
        return await File.ReadAllBytesAsync(path);
    }

    [GeneratedRegex(@"Now listening on: (http://127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
