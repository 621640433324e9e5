using System.Runtime.InteropServices;

namespace AVServer.Cli.Doctor;

/// <summary>Whether a GPU could compute: the device, a build that uses it, and CUDA's own libraries.</summary>
internal static class GpuChecks
{
    // What ONNX Runtime's provider is linked against.
    private static readonly string[] CudaLibraries = ["libcudart.so.12", "libcublasLt.so.12", "libcudnn.so.9"];

    public static async Task<Finding> GpuAsync(CancellationToken cancellationToken)
    {
        var devices = await ProgramAnswer.ReadAsync(
            "nvidia-smi", ["--query-gpu=name,driver_version", "--format=csv,noheader"], cancellationToken);
        return Judge(devices?.Trim().Split('\n')[0], HasProvider(), MissingLibraries());
    }

    /// <param name="device">The first device with its driver; null or empty where there is none.</param>
    /// <param name="hasProvider">Whether this build has the provider for CUDA.</param>
    /// <param name="missing">Libraries of CUDA that can't be loaded.</param>
    internal static Finding Judge(string? device, bool hasProvider, IReadOnlyList<string> missing)
    {
        const string Check = "GPU";
        if (string.IsNullOrEmpty(device)) return Finding.Ok(Check, "none that nvidia-smi knows; the CPU computes");
        if (!hasProvider)
            return Finding.Warn(
                Check, $"{device}, but this build has no provider for CUDA",
                "dotnet build -p:Gpu=true, and start with Runtime:Provider=cuda; or leave it: the CPU computes.");
        return missing.Count == 0
            ? Finding.Ok(Check, $"{device}; Runtime:Provider=cuda uses it")
            : Finding.Warn(
                Check, $"{device}, without {string.Join(", ", missing)}",
                "Install CUDA 12 and cuDNN 9, or put them on LD_LIBRARY_PATH; until then the CPU computes.");
    }

    private static bool HasProvider() =>
        Directory.EnumerateFiles(AppContext.BaseDirectory, "libonnxruntime_providers_cuda.so", SearchOption.AllDirectories).Any();

    private static string[] MissingLibraries() => [.. CudaLibraries.Where(library => !NativeLibrary.TryLoad(library, out _))];
}
