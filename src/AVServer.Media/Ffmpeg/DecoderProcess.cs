using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using AVServer.Contracts;

namespace AVServer.Media.Ffmpeg;

/// <summary>
/// One running ffmpeg, ffprobe or decoder of pictures with its pipes. Disposing ends it, whatever it is doing, and waits until it is gone.
/// </summary>
/// <remarks>
/// FFMpegCore builds the command lines and reads the answers, but doesn't start the programs here. Its processes inherit this one's
/// environment, and can't be bounded, as nobody is told their number. Its pipes are sockets with a name in the temporary folder, for which
/// ffmpeg's protocol <c>unix</c> would have to be open to untrusted media. What it reads of progress is ffmpeg's text; here the media's own
/// times tell how far a decode is.
/// </remarks>
internal sealed class DecoderProcess : IAsyncDisposable
{
    /// <summary>To read at once of a file's pictures: in smaller pieces two processes would take turns dozens of times a picture.</summary>
    public const int PicturesBytes = 1 << 20;

    /// <summary>To read at once of everything else.</summary>
    public const int SoundBytes = 32 * 1024;

    private const int ChunkBytes = 32 * 1024;

    private readonly Process _process;
    private readonly bool _isSandboxed;
    private readonly Task _reading;

    private DecoderProcess(Process process, bool isSandboxed, int outputBytes)
    {
        (_process, _isSandboxed) = (process, isSandboxed);
        if (outputBytes > SoundBytes) PipeCapacity.Request(process.StandardOutput.BaseStream, outputBytes);
        _reading = Log.ReadAsync(process.StandardError.BaseStream);
        Output = PipeReader.Create(process.StandardOutput.BaseStream, new StreamPipeReaderOptions(bufferSize: outputBytes));
    }

    /// <summary>Starts ffmpeg or ffprobe for media of strangers: in a <see cref="Sandbox"/> where there is one.</summary>
    /// <param name="options">Where the programs are.</param>
    /// <param name="arguments">Quoted as <see cref="QuotedInput.Quote"/> does; no shell sees them.</param>
    /// <param name="limits">Most address space and processor time.</param>
    /// <param name="files">What it is to read beside its pipe.</param>
    /// <param name="outputBytes">How much is read at once.</param>
    /// <param name="probes">Whether it is ffprobe.</param>
    /// <param name="hasNetwork">Whether it has the system's network.</param>
    /// <exception cref="MediaException">There is no such program, or no sandbox though one is required.</exception>
    public static async Task<DecoderProcess> StartAsync(
        MediaOptions options, string arguments, MediaLimits limits, IEnumerable<string> files, int outputBytes = SoundBytes,
        bool probes = false, bool hasNetwork = false)
    {
        var sandbox = await Sandbox.FindAsync(options).ConfigureAwait(false);
        return Start(
            probes ? options.FfprobePath : options.FfmpegPath, arguments, limits, sandbox, files, outputBytes: outputBytes,
            hasNetwork: hasNetwork);
    }

    /// <summary>The process, by its number; that of the sandbox where it is in one.</summary>
    public int Id => _process.Id;

    /// <summary>What it says of its input, so far.</summary>
    public FfmpegLog Log { get; } = new();

    /// <summary>What ffmpeg reads as <c>pipe:0</c>.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>What ffmpeg writes to <c>pipe:1</c>.</summary>
    public PipeReader Output { get; }

    /// <summary>Starts ffmpeg, unless told otherwise with nothing of this process's environment but PATH.</summary>
    /// <param name="program">A path, or a name on PATH.</param>
    /// <param name="arguments">Quoted as <see cref="QuotedInput.Quote"/> does; no shell sees them.</param>
    /// <param name="limits">Most address space and processor time.</param>
    /// <param name="sandbox">Where it runs; null: as this process does.</param>
    /// <param name="files">What it is to read there.</param>
    /// <param name="inSession">Whether it runs in the user's session, with its environment, as sound servers want of who records, and for
    /// as long as is wanted.</param>
    /// <param name="outputBytes">How much is read at once.</param>
    /// <param name="hasNetwork">Whether it has the system's network.</param>
    /// <exception cref="MediaException">There is no such program.</exception>
    public static DecoderProcess Start(
        string program, string arguments, MediaLimits limits, Sandbox? sandbox = null, IEnumerable<string>? files = null,
        bool inSession = false, int outputBytes = SoundBytes, bool hasNetwork = false)
    {
        var (run, given) =
            sandbox?.Wrap(program, arguments, limits, (files ?? []).Select(Path.GetFullPath), hasNetwork) ?? (program, arguments);
        var start = new ProcessStartInfo(run, given)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (!inSession) start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";   // a library of filters not used here would start a thread for each core
        start.Environment["AV_LOG_FORCE_NOCOLOR"] = "1";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";   // no socket in the temporary folder
        try
        {
            var process = DecoderThread.Start(start, isSandboxed: sandbox is not null, hasNetwork);
            TimeSpan? cpu = inSession ? null : limits.MaxDecoderCpu;
            long bytes = (long)limits.MaxDecoderMemoryMiB << 20;
            if (sandbox is null) ProcessLimits.Apply(process.Id, bytes, cpu, grows: limits.DecoderCpuShare > 0);
            return new DecoderProcess(process, sandbox is not null, outputBytes);
        }
        catch (Win32Exception e)
        {
            throw new MediaException(FaultCodes.Internal, FfmpegAvailability.Missing(program), e);
        }
    }

    /// <summary>Starts a program with the arguments that are all it has.</summary>
    /// <inheritdoc cref="Start(string, string, MediaLimits, Sandbox?, IEnumerable{string}?, bool, int, bool)"/>
    public static DecoderProcess Start(DecoderProgram program, MediaLimits limits, Sandbox? sandbox, int outputBytes = SoundBytes)
    {
        if (sandbox is not null || !File.Exists(ProcessLimits.Program))
            return Start(program.Path, program.Trial, limits, sandbox, outputBytes: outputBytes);
        // Bounds that come a moment after it has begun find .NET with more addresses than they allow, and the next few bytes end it.
        string bounded = $"{ProcessLimits.Arguments(limits)} -- {QuotedInput.Quote(program.Path)} {program.Trial}";
        return Start(ProcessLimits.Program, bounded, limits, outputBytes: outputBytes);
    }

    /// <summary>Allows more processor time, where the limits that it was started with have a share of the media's.</summary>
    public void AllowCpu(TimeSpan cpu)
    {
        if (_process.HasExited) return;
        ProcessLimits.AllowCpu(_process.Id, cpu);
        if (!_isSandboxed) return;
        foreach (int inner in ProcessLimits.DescendantsOf(_process.Id)) ProcessLimits.AllowCpu(inner, cpu);
    }

    /// <summary>What it writes, as chunks of a container, to the end.</summary>
    public async IAsyncEnumerable<MediaChunk> ReadChunksAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await Output.ReadAsync(cancellationToken).ConfigureAwait(false);
            for (var rest = read.Buffer; rest.Length > 0; rest = rest.Slice(Math.Min(ChunkBytes, rest.Length)))
                yield return new MediaChunk(MediaKind.Container, TimeSpan.Zero, rest.Slice(0, Math.Min(ChunkBytes, rest.Length)).ToArray());
            Output.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) yield break;
        }
    }

    /// <summary>Gives it bytes to decode, to their end.</summary>
    /// <param name="input">The bytes; null: there are none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task FeedAsync(InputBytes? input, CancellationToken cancellationToken)
    {
        try
        {
            while (input is not null && await input.ReadAsync(cancellationToken).ConfigureAwait(false) is { } bytes)
            {
                await Input.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
                await Input.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // It took no more; its exit code and its words say why.
        }
        finally
        {
            CompleteInput();
        }
    }

    /// <summary>What it writes, as text, to the end or to the most that is wanted; the rest is not taken.</summary>
    public async Task<string> ReadTextAsync(int maxBytes, CancellationToken cancellationToken)
    {
        var read = await Output.ReadAtLeastAsync(maxBytes, cancellationToken).ConfigureAwait(false);
        string text = Encoding.UTF8.GetString(read.Buffer.Slice(0, Math.Min(read.Buffer.Length, maxBytes)));
        Output.AdvanceTo(read.Buffer.End);
        await Output.CompleteAsync().ConfigureAwait(false);   // who writes on meets a closed pipe, and doesn't wait
        return text;
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code and the beginning of what it said on its error pipe.</returns>
    public async Task<(int ExitCode, string Errors)> WaitForExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        return (_process.ExitCode, Log.Errors);
    }

    /// <summary>Tells ffmpeg that its input is complete; it writes what it still holds and ends.</summary>
    public void CompleteInput()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended first and takes no input any more.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();   // no error if it has ended
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        await Output.CompleteAsync().ConfigureAwait(false);
        CompleteInput();
        _process.StandardError.Dispose();   // a process disposes only of those of its pipes that nobody has asked for
        _process.Dispose();
    }
}
