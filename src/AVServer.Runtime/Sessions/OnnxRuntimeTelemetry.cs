using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AVServer.Runtime;

/// <summary>Turns ONNX Runtime's telemetry off, before its library can be loaded by anything of this assembly.</summary>
/// <remarks>
/// From 1.29 on the Linux library brings a client that gathers events, writes into the temporary folder and sends to its maker. It asks the
/// process's native environment, once, while it is loaded; <see cref="Environment.SetEnvironmentVariable(string, string?)"/> changes .NET's
/// copy only.
/// </remarks>
internal static partial class OnnxRuntimeTelemetry
{
    /// <summary>The variable that the library reads; <c>1</c> is off.</summary>
    internal const string Variable = "ORT_DISABLE_TELEMETRY";

    // A library's module initialiser: there is no other moment that comes for certain before the library is loaded.
#pragma warning disable CA2255
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void TurnOff()
    {
        // Whatever stands there: nothing leaves this machine, by nobody's setting.
        if (SetEnvironmentVariable(Variable, "1", overwrite: 1) != 0)
            throw new InvalidOperationException(
                $"Expected to set {Variable}, got the error {Marshal.GetLastPInvokeError()}; without it ONNX Runtime would send "
                + "telemetry.");
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
