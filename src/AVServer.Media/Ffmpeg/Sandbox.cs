using System.Collections.Concurrent;
using AVServer.Contracts;

namespace AVServer.Media.Ffmpeg;

/// <summary>
/// A place for a decoder in which there is nothing: no network, no other process, no file but the system's programs and libraries and what
/// is to be decoded, nothing that can be written. bubblewrap makes it out of namespaces of the kernel, where the system lets it.
/// </summary>
/// <remarks>
/// Limits are set inside, by util-linux's <c>prlimit</c>, before the decoder begins; the process that is started here only watches,
/// and takes the decoder with it when it is killed.
/// </remarks>
internal sealed class Sandbox
{
    private const string Wrapper = "bwrap";
    private static readonly TimeSpan LongestTrial = TimeSpan.FromSeconds(20);
    private static readonly ConcurrentDictionary<DecoderProgram, Lazy<Task<Sandbox?>>> Found = [];

    // Libraries may be links through /etc/alternatives.
    private static readonly string[] System = ["/lib", "/lib64", "/bin", "/etc/alternatives", "/etc/ld.so.cache"];

    private readonly string _programs;

    private Sandbox(DecoderProgram program)
    {
        string? folder = Path.GetDirectoryName(Path.GetFullPath(program.Path));
        bool isElsewhere = program.Path.Contains('/') && folder?.StartsWith("/usr/", StringComparison.Ordinal) == false;
        _programs = isElsewhere ? Bind(folder!) : "";
        // .NET asks for its own path and memory there.
        if (program.ManagedFolder is { } assemblies) _programs += $"{Bind(assemblies)} --proc /proc";
    }

    /// <summary>The one in which a program is to run.</summary>
    /// <param name="options">Whether there is to be one.</param>
    /// <param name="program">What is to run; null: ffmpeg.</param>
    /// <returns>Null where it is to run, or can only run, without.</returns>
    /// <exception cref="MediaException">It is required, and there is none.</exception>
    public static async ValueTask<Sandbox?> FindAsync(MediaOptions options, DecoderProgram? program = null)
    {
        if (options.Sandbox == SandboxUse.Off) return null;
        program ??= DecoderProgram.Ffmpeg(options);
        var trial = Found.GetOrAdd(program, program => new Lazy<Task<Sandbox?>>(() => TryAsync(program)));
        var found = await trial.Value.ConfigureAwait(false);
        return found is null && options.Sandbox == SandboxUse.Required ? throw new MediaException(FaultCodes.Internal, Missing) : found;
    }

    /// <summary>What is told where it is required and can't be had.</summary>
    public static string Missing =>
        $"Expected bubblewrap ({Wrapper}) and a system that lets it make namespaces, found that it makes none; install it, allow "
        + $"unprivileged user namespaces, or set {MediaOptions.Section}:{nameof(MediaOptions.Sandbox)} to auto.";

    /// <summary>The command that runs a program in it.</summary>
    /// <param name="program">A path, or a name on PATH.</param>
    /// <param name="arguments">The program's, quoted.</param>
    /// <param name="limits">Most address space and processor time.</param>
    /// <param name="files">Full paths of what it may read.</param>
    /// <param name="hasNetwork">Whether it has the system's network there, for what only it can fetch.</param>
    public (string Program, string Arguments) Wrap(
        string program, string arguments, MediaLimits limits, IEnumerable<string> files, bool hasNetwork = false)
    {
        string system = string.Concat(System.Select(path => $" --ro-bind-try {path} {path}"));
        string inputs = string.Concat(files.Select(Bind));
        return (Wrapper,
            $"--unshare-all {(hasNetwork ? "--share-net " : "")}--die-with-parent --new-session --cap-drop ALL --ro-bind /usr /usr"
            + $"{system}{_programs}{inputs} --chdir / -- "
            + $"prlimit {ProcessLimits.Arguments(limits)} -- {QuotedInput.Quote(program)} {arguments}");
    }

    private static string Bind(string path) => $" --ro-bind {QuotedInput.Quote(path)} {QuotedInput.Quote(path)}";

    // All of it at once: that it is there, that the kernel allows it, that the program runs inside.
    private static async Task<Sandbox?> TryAsync(DecoderProgram program)
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            var sandbox = new Sandbox(program);
            using var stop = new CancellationTokenSource(LongestTrial);
            await using var process = DecoderProcess.Start(program, new MediaLimits(), sandbox);
            process.CompleteInput();
            await process.ReadTextAsync(1 << 16, stop.Token).ConfigureAwait(false);
            var (exitCode, _) = await process.WaitForExitAsync(stop.Token).ConfigureAwait(false);
            return exitCode == 0 ? sandbox : null;
        }
        catch (Exception e) when (e is MediaException or OperationCanceledException)
        {
            return null;
        }
    }
}
