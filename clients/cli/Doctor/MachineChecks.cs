using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using AVServer.Runtime;

namespace AVServer.Cli.Doctor;

/// <summary>The machine itself: its processor and memory, what .NET and its libraries need, room on the disk.</summary>
internal static class MachineChecks
{
    private const long MiB = 1 << 20;
    private const long LeastMemory = 512 * MiB;
    private const long EnoughMemory = 1_536 * MiB;   // every shipped model loaded, and streams beside
    private const long LeastDisk = 512 * MiB;        // the largest upload
    private const long EnoughDisk = 4_096 * MiB;

    // What the server is made with, by what is lost without it.
    private static readonly (string Name, string For)[] Libraries =
    [
        ("onnxruntime", "no model runs"),
        ("OpenCvSharpExtern", "no picture is read"),
        ("vosk", "nothing that is said is written down"),
    ];

    public static Finding Dotnet() =>
        RuntimeInformation.ProcessArchitecture == Architecture.X64 && OperatingSystem.IsLinux()
            ? Finding.Ok(".NET", $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}")
            : Finding.Warn(
                ".NET", $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}",
                "Only Linux on x86-64 is tried; elsewhere the native libraries may be missing.");

    public static Finding Processor()
    {
        var cores = $"{Environment.ProcessorCount} cores";
        return Avx2.IsSupported || RuntimeInformation.ProcessArchitecture != Architecture.X64
            ? Finding.Ok("processor", cores)
            : Finding.Warn("processor", $"{cores}, without AVX2", "Models run several times slower; use a processor of 2015 or later.");
    }

    /// <summary>Loads each native library, which tells what it lacks itself.</summary>
    public static IEnumerable<Finding> NativeLibraries() => NativeLibraries(AppContext.BaseDirectory);

    internal static IEnumerable<Finding> NativeLibraries(string folder)
    {
        // It sets the environment that ONNX Runtime is to find when it is loaded.
        RuntimeHelpers.RunModuleConstructor(typeof(ModelStore).Module.ModuleHandle);
        foreach (var (name, lost) in Libraries)
        {
            var check = $"library {name}";
            var file = $"lib{name}.so";
            var path = new[] { Path.Combine(folder, file), Path.Combine(folder, "runtimes", "linux-x64", "native", file) }
                .FirstOrDefault(File.Exists);
            if (path is null)
            {
                yield return Finding.Fail(check, $"not in {folder}", $"Build again, or publish with it: without it {lost}.");
                continue;
            }
            yield return WhyNotLoaded(path) is { } reason
                ? Finding.Fail(check, reason, $"Run scripts/setup.sh, which installs what it needs: without it {lost}.")
                : Finding.Ok(check, "loads");
        }
    }

    public static Finding Memory()
    {
        // What a container may have, where it is one.
        var limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var free = Math.Min(limit, AvailableMemory() ?? limit);
        return Amount(
            "memory", free, LeastMemory, EnoughMemory, "free",
            "Give the machine or the container more, or take models that aren't needed out of the folder.");
    }

    /// <summary>Room where uploads are spooled, and whether it can be written.</summary>
    public static Finding Disk() => Disk(Path.GetTempPath());

    internal static Finding Disk(string folder)
    {
        const string Remedy = "Free some, or set TMPDIR to a folder with room: uploads are spooled there.";
        try
        {
            var probe = Path.Combine(folder, $"avserver-doctor-{Guid.NewGuid():n}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return Amount("disk", new DriveInfo(folder).AvailableFreeSpace, LeastDisk, EnoughDisk, $"free in {folder}", Remedy);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Finding.Fail("disk", exception.Message, Remedy);
        }
    }

    internal static Finding Amount(string check, long bytes, long least, long enough, string what, string remedy)
    {
        var found = string.Create(CultureInfo.InvariantCulture, $"{bytes / MiB:N0} MiB {what}");
        return bytes < least ? Finding.Fail(check, found, remedy)
            : bytes < enough ? Finding.Warn(check, found, remedy) : Finding.Ok(check, found);
    }

    private static string? WhyNotLoaded(string path)
    {
        try
        {
            NativeLibrary.Load(path);
            return null;
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            // The loader's own first line says which library of the system it misses.
            return exception.Message.Split('\n').FirstOrDefault(line => line.Contains("cannot open", StringComparison.Ordinal))?.Trim()
                ?? exception.Message.Split('\n')[0];
        }
    }

    private static long? AvailableMemory()
    {
        const string Key = "MemAvailable:";
        if (!File.Exists("/proc/meminfo")) return null;
        var line = File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal));
        return line is null ? null
            : long.Parse(line[Key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) << 10;
    }
}
