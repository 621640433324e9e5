using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using AVServer.Contracts;
using AVServer.Media.Ffmpeg;
using AVServer.TestKit;

namespace AVServer.Media.Tests;

/// <summary>
/// What a decoder can see and do in its sandbox. Where the system makes none, which the first test holds to what bubblewrap itself says,
/// there is nothing more to be tried.
/// </summary>
[Trait("Category", "unit")]
public sealed class SandboxTests
{
    private static readonly MediaLimits Limits = new();
    private static readonly string Endless = "-v error -nostdin -f lavfi -i testsrc=s=1280x720:d=100000 -f null -";

    [Fact]
    public async Task Sandbox_is_found_where_the_system_makes_one()
    {
        bool isMade;
        try
        {
            using var trial = Process.Start("bwrap", ["--unshare-all", "--ro-bind", "/", "/", "true"]);
            await trial.WaitForExitAsync(TestTimeout.Token());
            isMade = trial.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            isMade = false;
        }

        Assert.Equal(isMade, await Sandbox.FindAsync(Media.Options) is not null);
    }

    [Fact]
    public async Task Command_names_no_network_no_capability_and_only_the_files_that_are_to_be_read()
    {
        var sandbox = await FindAsync();
        var limits = new MediaLimits { MaxDecoderCpu = TimeSpan.FromSeconds(7), MaxDecoderMemoryMiB = 1024 };
        var (program, arguments) = sandbox.Wrap("ffmpeg", "-i x", limits, ["/a b/\"c\".wav"]);
        Assert.Equal("bwrap", program);
        Assert.StartsWith("--unshare-all --die-with-parent --new-session --cap-drop ALL --ro-bind /usr /usr ", arguments,
            StringComparison.Ordinal);
        Assert.EndsWith(
            """ --ro-bind "/a b/\"c\".wav" "/a b/\"c\".wav" --chdir / -- prlimit --as=1073741824 --core=0 --cpu=7:8 -- "ffmpeg" -i x""",
            arguments, StringComparison.Ordinal);
        Assert.DoesNotContain("--bind", arguments, StringComparison.Ordinal);
        Assert.Contains("--cpu=7: ", sandbox.Wrap("ffmpeg", "", limits with { DecoderCpuShare = 1 }, []).Arguments,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_can_be_read_but_the_input_and_nothing_written()
    {
        var sandbox = await FindAsync();
        using var folder = new TemporaryFolder();
        string given = Path.Combine(folder.Path, "given"), other = Path.Combine(folder.Path, "other");
        foreach (string path in (string[])[given, other]) await File.WriteAllTextAsync(path, Path.GetFileName(path));
        Assert.Equal((0, "given"), await RunAsync(sandbox, "cat", given, given));
        Assert.Equal((1, ""), await RunAsync(sandbox, "cat", other, given));
        Assert.Equal((1, ""), await RunAsync(sandbox, "cat", "/etc/passwd", given));
        Assert.NotEqual(0, (await RunAsync(sandbox, "bash", $"-c \"echo x >{given}\"", given)).ExitCode);
        Assert.NotEqual(0, (await RunAsync(sandbox, "bash", "-c \"ls /proc/1 || ls /dev/shm\"", given)).ExitCode);
    }

    [Fact]
    public async Task There_is_no_network()
    {
        var sandbox = await FindAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        string connect = $"-c \"exec 3<>/dev/tcp/127.0.0.1/{port}\"";
        Assert.Equal(0, (await RunAsync(null, "bash", connect)).ExitCode);
        Assert.NotEqual(0, (await RunAsync(sandbox, "bash", connect)).ExitCode);
    }

    [Fact]
    public async Task System_calls_that_no_decoder_needs_are_refused()
    {
        Assert.SkipWhen(SystemCallFilter.Program.IsEmpty, "There is no filter for this machine.");
        (string Call, int Error)[] calls =
        [
            ("39", 0),                              // getpid: what a decoder may do it can
            ("41, 1, 1, 0", 1),                     // socket, local ones too
            ("53, 1, 1, 0, 0", 1),                  // socketpair
            ("101, 0, 0, 0, 0", 1),                 // ptrace
            ("165, 0, 0, 0, 0, 0", 1),              // mount
            ("272, 0x10000000", 1),                 // unshare: a namespace of users
            ("56, 0x10000011, 0, 0, 0, 0", 1),      // clone, with the same
            ("435, 0, 0", 38),                      // clone3, whose flags can't be seen
            ("321, 0, 0, 0", 1),                    // bpf
            ("298, 0, 0, 0, 0, 0", 1),              // perf_event_open
            ("323, 0", 1),                          // userfaultfd
            ("425, 1, 0", 1),                       // io_uring_setup
            ("250, 0, 0, 0, 0, 0", 1),              // keyctl
            ("0x40000027", 1),                      // getpid by another kind of program's number
        ];
        using var folder = new TemporaryFolder();
        string script = Path.Combine(folder.Path, "calls.pl");
        await File.WriteAllLinesAsync(script, calls.Select(call => $"$got = syscall({call.Call}); print $got < 0 ? $!+0 : 0, ' ';"));
        var (exitCode, output) = await RunAsync(await FindAsync(), "perl", script, script);
        Assert.Equal(0, exitCode);
        Assert.Equal(calls.Select(call => $"{call.Error}"), output.TrimEnd().Split(' '));

        // Outside, a socket is made.
        string free = Path.Combine(folder.Path, "free.pl");
        await File.WriteAllTextAsync(free, "print syscall(41, 1, 1, 0) < 0 ? 1 : 0;");
        Assert.Equal((0, "0"), await RunAsync(null, "perl", free));
    }

    [Fact]
    public async Task Decoder_dies_with_the_sandbox()
    {
        var sandbox = await FindAsync();
        await using var process = DecoderProcess.Start("ffmpeg", Endless, Limits, sandbox);
        int[] inner = await DescendantsAsync(process.Id, 2);
        using (var victim = Process.GetProcessById(process.Id)) victim.Kill();
        var (exitCode, errors) = await process.WaitForExitAsync(TestTimeout.Token());
        Assert.Equal(FaultCodes.Internal, FfmpegFault.Of(exitCode, errors, "sound").Code);
        for (var timeout = TestTimeout.Token(); inner.Any(IsRunning); await Task.Delay(10, timeout)) { }
    }

    [Fact]
    public async Task Decoder_outlives_the_thread_that_asked_for_it()
    {
        var sandbox = await FindAsync();
        DecoderProcess? process = null;
        var thread = new Thread(() => process = DecoderProcess.Start("cat", "", Limits, sandbox));
        thread.Start();
        thread.Join();
        await using var started = process!;
        await DescendantsAsync(started.Id, 2);
        await started.Input.WriteAsync("still here"u8.ToArray());
        started.CompleteInput();
        Assert.Equal("still here", await started.ReadTextAsync(100, TestTimeout.Token()));
        Assert.Equal(0, (await started.WaitForExitAsync(TestTimeout.Token())).ExitCode);
    }

    [Fact]
    public async Task Processor_time_is_bounded_inside_and_may_grow()
    {
        var sandbox = await FindAsync();
        var limits = new MediaLimits { MaxDecoderCpu = TimeSpan.FromSeconds(1) };
        await using var stopped = DecoderProcess.Start("ffmpeg", Endless, limits, sandbox);
        var (exitCode, errors) = await stopped.WaitForExitAsync(TestTimeout.Token());
        Assert.Equal(FaultCodes.LimitExceeded, FfmpegFault.Of(exitCode, errors, "sound").Code);

        await using var grown = DecoderProcess.Start("ffmpeg", Endless, limits with { DecoderCpuShare = 1 }, sandbox);
        int decoder = (await DescendantsAsync(grown.Id, 2))[^1];
        grown.AllowCpu(TimeSpan.FromSeconds(50));
        string limit = (await File.ReadAllLinesAsync($"/proc/{decoder}/limits")).Single(line => line.StartsWith("Max cpu time",
            StringComparison.Ordinal));
        Assert.Contains(" 50 ", limit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Required_sandbox_that_can_not_be_had_is_told_and_off_asks_for_none()
    {
        var options = new MediaOptions { FfmpegPath = "/nowhere/ffmpeg", Sandbox = SandboxUse.Required };
        var fault = await Assert.ThrowsAsync<MediaException>(async () => await Sandbox.FindAsync(options));
        Assert.Contains("bubblewrap", fault.Message, StringComparison.Ordinal);
        Assert.Null(await Sandbox.FindAsync(new MediaOptions { FfmpegPath = "/nowhere/ffmpeg" }));
        Assert.Null(await Sandbox.FindAsync(new MediaOptions { Sandbox = SandboxUse.Off }));
    }

    private static async Task<Sandbox> FindAsync()
    {
        var sandbox = await Sandbox.FindAsync(Media.Options);
        Assert.SkipWhen(sandbox is null, "This system lets bubblewrap make no namespaces.");
        return sandbox;
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(Sandbox? sandbox, string program, string arguments,
        params string[] files)
    {
        await using var process = DecoderProcess.Start(program, arguments, Limits, sandbox, files);
        process.CompleteInput();
        string output = await process.ReadTextAsync(1_000, TestTimeout.Token());
        return ((await process.WaitForExitAsync(TestTimeout.Token())).ExitCode, output);
    }

    private static async Task<int[]> DescendantsAsync(int process, int count)
    {
        while (true)
        {
            int[] found = [.. ProcessLimits.DescendantsOf(process)];
            // The last one is the program itself once it no longer waits to become it.
            if (found.Length == count && !File.ReadAllText($"/proc/{found[^1]}/comm").StartsWith("bwrap", StringComparison.Ordinal)
                && !File.ReadAllText($"/proc/{found[^1]}/comm").StartsWith("prlimit", StringComparison.Ordinal)) return found;
            await Task.Delay(10, TestTimeout.Token());
        }
    }

    private static bool IsRunning(int process) => Directory.Exists($"/proc/{process}");
}
