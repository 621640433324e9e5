using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using AVServer.Cli.Doctor;
using AVServer.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AVServer.Cli.Tests;

/// <summary>What <c>av doctor</c> finds on machines and servers that lack something.</summary>
[Trait("Category", "server")]
public sealed class DoctorCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Models => Path.Combine(_folder.Path, "models");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Machine_that_has_everything_passes_and_each_check_says_what_it_found()
    {
        new FakeSpotter().Write(Models);
        var (code, findings) = await RunJsonAsync();
        Assert.DoesNotContain(findings, finding => finding.Verdict == "fail");
        Assert.Equal(0, code);
        Assert.Equal(
            [".NET", "processor", "memory", "disk", "library onnxruntime", "library OpenCvSharpExtern", "library vosk", "ffmpeg",
                "ffmpeg formats", "sandbox", "models", "GPU"],
            findings.Select(finding => finding.Check).Where(check => !check.StartsWith("port", StringComparison.Ordinal)));
        Assert.All(findings, finding => Assert.NotEmpty(finding.Found));
        Assert.All(findings, finding => Assert.Equal(finding.Verdict != "ok", finding.Remedy is not null));
        Assert.StartsWith("ffmpeg version ", findings.Single(finding => finding.Check == "ffmpeg").Found);
    }

    [Fact]
    public async Task Model_whose_file_was_changed_fails_by_its_name()
    {
        new FakeSpotter().Write(Models);
        var file = Directory.GetFiles(Models, "model.onnx", SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        var (code, findings) = await RunJsonAsync();
        Assert.Equal(1, code);
        var broken = Assert.Single(findings, finding => finding.Verdict == "fail");
        Assert.Equal($"model {Path.GetFileName(Path.GetDirectoryName(file))}", broken.Check);
        Assert.Contains("sha256", broken.Found);
        Assert.NotNull(broken.Remedy);
    }

    [Fact]
    public async Task Folder_without_models_or_none_at_all_fails()
    {
        Directory.CreateDirectory(Models);
        Assert.Equal(1, (await RunJsonAsync()).Code);
        Directory.Delete(Models);
        var (code, findings) = await RunJsonAsync();
        Assert.Equal(1, code);
        Assert.Contains("no such folder", Assert.Single(findings, finding => finding.Verdict == "fail").Found);
    }

    [Fact]
    public async Task Port_that_another_program_has_fails()
    {
        new FakeSpotter().Write(Models);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var answering = AnswerWithNothingAsync(other);
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var (code, findings) = await RunJsonAsync("--listen", $"http://127.0.0.1:{port}");
        Assert.Equal(1, code);
        var taken = Assert.Single(findings, finding => finding.Check == $"port {port}");
        Assert.Equal("fail", taken.Verdict);
        Assert.Contains("ss -ltnp", taken.Remedy);
        other.Stop();
        await answering;
    }

    [Fact]
    public async Task Port_at_which_a_server_listens_already_is_well()
    {
        new FakeSpotter().Write(Models);
        await using var server = await FakeServer.StartAsync();
        var (code, findings) = await RunJsonAsync("--listen", server.Address.ToString());
        Assert.Equal(0, code);
        Assert.Contains("already", Assert.Single(findings, finding => finding.Check == $"port {server.Address.Port}").Found);
    }

    [Theory]
    [InlineData(null, "found none that starts")]
    [InlineData("ffmpeg version 4.4.1 Copyright", "5 or newer")]
    public async Task Ffmpeg_that_is_missing_or_too_old_fails(string? version, string said)
    {
        new FakeSpotter().Write(Models);
        var (code, findings) = await RunJsonAsync("--ffmpeg-path", version is null ? "/no/such/ffmpeg" : FakeFfmpeg(version));
        Assert.Equal(1, code);
        var failed = Assert.Single(findings, finding => finding.Verdict == "fail");
        Assert.Equal("ffmpeg", failed.Check);
        Assert.Contains(said, failed.Found);
        Assert.Contains("apt install ffmpeg", failed.Remedy);
    }

    [Fact]
    public async Task Ffmpeg_that_reads_no_pipe_fails_and_one_without_a_format_is_warned_of()
    {
        new FakeSpotter().Write(Models);
        var program = FakeFfmpeg("ffmpeg version 6.0 Copyright", "file", "matroska,webm opus");
        var (code, findings) = await RunJsonAsync("--ffmpeg-path", program);
        Assert.Equal(1, code);
        Assert.Equal("without pipe", Assert.Single(findings, finding => finding.Check == "ffmpeg protocols").Found);
        var formats = Assert.Single(findings, finding => finding.Check == "ffmpeg formats");
        Assert.Equal("warn", formats.Verdict);
        Assert.Contains("aac", formats.Found);
        Assert.DoesNotContain("opus", formats.Found);
    }

    [Fact]
    public async Task For_people_each_line_begins_with_its_verdict_and_what_to_do_stands_below()
    {
        Directory.CreateDirectory(Models);
        var (code, output) = await RunAsync("--models-path", Models, "--ffmpeg-path", "/no/such/ffmpeg", "--listen", FreeAddress());
        Assert.Equal(1, code);
        Assert.Contains("ok    disk: ", output);
        Assert.Contains("fail  ffmpeg: Expected the program ffmpeg", output);
        Assert.Contains("      → apt install ffmpeg", output);
    }

    [Theory]
    [InlineData("--listen")]
    [InlineData("--server")]
    public async Task Address_that_is_none_is_named(string option)
    {
        var (code, output) = await RunAsync(option, "kitchen");
        Assert.NotEqual(0, code);
        Assert.Contains($"{option}: expected an address such as http://127.0.0.1:5080, got 'kitchen'.", output);
    }

    [Fact]
    public async Task Server_that_is_well_says_so()
    {
        await using var server = await FakeServer.StartAsync();
        var (code, findings) = await RunServerAsync(server.Address);
        Assert.Equal(0, code);
        Assert.Equal(["server", "clock", "ready", "server's models"], findings.Select(finding => finding.Check));
        Assert.All(findings, finding => Assert.Equal("ok", finding.Verdict));
    }

    [Fact]
    public async Task Server_that_is_not_there_is_stopping_wants_a_key_or_has_another_time_fails()
    {
        var (code, findings) = await RunServerAsync(new Uri(FreeAddress()));
        Assert.Equal((1, "server", "fail"), (code, findings.Single().Check, findings.Single().Verdict));

        await using var server = await FakeServer.StartAsync();
        (server.Ready, server.Key, server.Skew) = (503, "secret", TimeSpan.FromHours(1));
        (code, findings) = await RunServerAsync(server.Address);
        Assert.Equal(1, code);
        Assert.Equal(["ok", "fail", "fail", "fail"], findings.Select(finding => finding.Verdict));
        Assert.Contains("The server is shutting down.", findings[2].Found);
        Assert.Contains("--api-key", findings[3].Remedy);
        (code, findings) = await RunServerAsync(server.Address, "--api-key", "secret");
        Assert.Equal("ok", findings[3].Verdict);
    }

    [Theory]
    [InlineData(0, "Ok")]
    [InlineData(1.5, "Ok")]
    [InlineData(-10, "Warn")]
    [InlineData(61, "Fail")]
    public void Clock_is_compared_with_the_servers(double seconds, string verdict)
    {
        var server = new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal(verdict, ServerChecks.Clock(server, server.AddSeconds(seconds)).Verdict.ToString());
        Assert.Equal(FindingVerdict.Warn, ServerChecks.Clock(null, server).Verdict);
    }

    [Fact]
    public void Gpu_is_warned_of_where_it_is_there_and_can_not_be_used()
    {
        Assert.Equal(FindingVerdict.Ok, GpuChecks.Judge(null, false, []).Verdict);
        Assert.Contains("-p:Gpu=true", GpuChecks.Judge("H200, 550", false, []).Remedy);
        Assert.Contains("libcudnn.so.9", GpuChecks.Judge("H200, 550", true, ["libcudnn.so.9"]).Found);
        Assert.Equal(FindingVerdict.Ok, GpuChecks.Judge("H200, 550", true, []).Verdict);
    }

    [Fact]
    public void Too_little_is_a_failure_and_little_a_warning()
    {
        Assert.Equal(
            [FindingVerdict.Fail, FindingVerdict.Warn, FindingVerdict.Ok],
            ((long[])[99, 100, 200]).Select(bytes => MachineChecks.Amount("disk", bytes, 100, 200, "free", "Free some.").Verdict));
        Assert.Equal(FindingVerdict.Fail, MachineChecks.Disk("/no/such/folder").Verdict);
    }

    [Fact]
    public async Task Library_that_is_missing_or_none_fails()
    {
        var missing = MachineChecks.NativeLibraries(_folder.Path).ToArray();
        Assert.All(missing, finding => Assert.Equal(FindingVerdict.Fail, finding.Verdict));
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "libonnxruntime.so"), "no library");
        Assert.Equal(FindingVerdict.Fail, MachineChecks.NativeLibraries(_folder.Path).First().Verdict);
    }

    private static string FreeAddress() => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Find()}");

    private static async Task AnswerWithNothingAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            // It was stopped, while it waited or between two.
        }
    }

    // A program that answers as an ffmpeg does which has this and nothing else.
    private string FakeFfmpeg(string version, string protocols = "", string formats = "")
    {
        foreach (var name in (string[])["ffmpeg", "ffprobe"])
        {
            var path = Path.Combine(_folder.Path, name);
            File.WriteAllText(path, $"""
                #!/bin/sh
                case "$*" in
                *-version*) echo "{version.Replace("ffmpeg", name, StringComparison.Ordinal)} (c) the developers" ;;
                *-protocols*) echo "{protocols}" ;;
                *) echo "{formats}" ;;
                esac
                """);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
        return Path.Combine(_folder.Path, "ffmpeg");
    }

    private static Task<(int Code, List<FoundLine> Findings)> RunServerAsync(Uri server, params string[] more) =>
        ReadAsync(["--server", server.ToString(), "--json", .. more]);

    private Task<(int Code, List<FoundLine> Findings)> RunJsonAsync(params string[] more)
    {
        string[] listen = more.Contains("--listen") ? [] : ["--listen", FreeAddress()];
        return ReadAsync(["--models-path", Models, "--json", .. listen, .. more]);
    }

    private static async Task<(int Code, List<FoundLine> Findings)> ReadAsync(string[] arguments)
    {
        var (code, output) = await RunAsync(arguments);
        return (code, [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<FoundLine>(line, JsonSerializerOptions.Web)!)]);
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        var configuration = new InvocationConfiguration { Output = output, Error = output };
        var code = await DoctorCommand.Create().Parse(arguments).InvokeAsync(configuration, TestTimeout.Token());
        return (code, output.ToString());
    }

    private sealed record FoundLine(string Check, string Verdict, string Found, string? Remedy);

    /// <summary>Answers as a server does of which something is wrong.</summary>
    private sealed class FakeServer : IAsyncDisposable
    {
        private readonly WebApplication _app;

        private FakeServer(WebApplication app) => _app = app;

        public Uri Address => new(_app.Urls.Single());

        public int Ready { get; set; } = 200;

        public string? Key { get; set; }

        public TimeSpan Skew { get; set; }

        public static async Task<FakeServer> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
            var app = builder.Build();
            var server = new FakeServer(app);
            app.Use((context, next) =>
            {
                context.Response.Headers.Date = (TimeProvider.System.GetUtcNow() - server.Skew).ToString("R", CultureInfo.InvariantCulture);
                return next(context);
            });
            app.MapGet("/health/live", () => Results.Json(new { status = "healthy" }));
            app.MapGet("/health/ready", () => server.Ready == 200
                ? Results.Json(new { status = "healthy", lag = 0.01 })
                : Results.Problem("The server is shutting down.", statusCode: server.Ready));
            app.MapGet("/api/models", (HttpContext context) => server.Key is null || context.Request.Headers["X-Api-Key"] == server.Key
                ? Results.Text(
                    """[{"name":"echo","version":"1","kind":"keywordSpotter","keywords":["computer"],"licence":"none","active":true}]""",
                    "application/json")
                : Results.Problem("Expected a key.", statusCode: 401));
            await app.StartAsync();
            return server;
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();
    }
}
