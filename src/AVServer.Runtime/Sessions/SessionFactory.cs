using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>Makes the sessions of all models alike: single-threaded, without spinning, from bytes that were checked.</summary>
internal static partial class SessionFactory
{
    /// <summary>Loads one graph of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="file">Which of its files.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="logger">Told when another device has to do.</param>
    /// <param name="patch">Changes the checked bytes before they are loaded.</param>
    /// <exception cref="ModelStoreException">The file was changed, or ONNX Runtime refuses it.</exception>
    public static InferenceSession Create(StoredModel model, string file, InferenceDevice device, ILogger logger, Action<byte[]>? patch = null)
    {
        var bytes = model.ReadFile(file);
        patch?.Invoke(bytes);
        if (device == InferenceDevice.Cuda && TryCuda(bytes, model.Manifest.Name, logger) is { } session) return session;
        try
        {
            using var options = Options();
            return new InferenceSession(bytes, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelStoreException(new ModelProblem(
                ModelProblemCode.GraphUnreadable, model.Manifest.Name, $"{file} to load", e.Message, "Export the model again for this version of ONNX Runtime."));
        }
    }

    // Many streams share one core: a run that spins or spreads over threads takes from the others what it doesn't need.
    private static SessionOptions Options()
    {
        var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.set_denormal_as_zero", "1");
        return options;
    }

    private static InferenceSession? TryCuda(byte[] bytes, string model, ILogger logger)
    {
        try
        {
            using var options = Options();
            options.AppendExecutionProvider_CUDA(0);
            return new InferenceSession(bytes, options);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or OnnxRuntimeException)
        {
            // The CPU build of ONNX Runtime has no such entry point; a CUDA build without a device refuses with a status.
            Log.NoCuda(logger, model, e.Message);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2101, LogLevel.Warning, "CUDA can't run {Model}, the CPU does: {Reason}")]
        public static partial void NoCuda(ILogger logger, string model, string reason);
    }
}
