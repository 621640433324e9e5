using AVServer.Runtime.Onnx;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>Opens the sessions of all models alike: single-threaded, without spinning, from bytes that were checked.</summary>
/// <remarks>
/// Where CUDA was asked for and can't be used, it says so once and goes on with the CPU. Not thread-safe unless it is <see cref="Cpu"/>.
/// </remarks>
public sealed partial class SessionFactory
{
    private readonly InferenceProvider _provider;
    private readonly ILogger _logger;
    private bool _cuda;

    /// <param name="provider">What computes.</param>
    /// <param name="logger">Told once where the CPU has to do.</param>
    internal SessionFactory(InferenceProvider provider, ILogger logger)
    {
        _provider = provider;
        _logger = logger;
        if (provider == InferenceProvider.Cpu) return;
        _cuda = OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider");
        if (!_cuda) GoOnWithCpu("this build has no CUDA provider, `dotnet build -p:Gpu=true` makes one that has");
    }

    /// <summary>Sessions on the CPU; safe to share.</summary>
    public static SessionFactory Cpu { get; } = new(InferenceProvider.Cpu, NullLogger.Instance);

    /// <summary>Opens a graph that is no stored model, on the CPU.</summary>
    /// <param name="graph">The ONNX file's bytes.</param>
    /// <param name="threads">Cores that one run may use.</param>
    /// <returns>A session that the caller disposes of.</returns>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the graph.</exception>
    public static InferenceSession Open(byte[] graph, int threads = 1)
    {
        using var options = Options(threads);
        return new InferenceSession(graph, options);
    }

    /// <summary>Loads a graph that somebody published, on the CPU, with its weights as this processor multiplies them fastest.</summary>
    /// <param name="model">The model.</param>
    /// <param name="file">Which of its files.</param>
    /// <param name="cut">Leaves of it what is wanted; null where all is.</param>
    /// <exception cref="ModelStoreException">The file was changed, or is no such graph, or ONNX Runtime refuses it.</exception>
    internal static InferenceSession OpenPublished(StoredModel model, string file, Action<ModelProto>? cut = null)
    {
        var bytes = model.ReadFile(file);
        try
        {
            if (cut is null && !SignedWeights.AreExact) return Open(bytes);
            var graph = GraphCut.Parse(bytes);
            cut?.Invoke(graph);
            if (SignedWeights.AreExact) SignedWeights.Sign(graph.Graph);
            return Open(graph.ToByteArray());
        }
        catch (Exception e) when (e is InvalidDataException or OnnxRuntimeException)
        {
            throw new ModelStoreException(new ModelProblem(
                ModelProblemCode.GraphUnreadable, model.Manifest.Name, $"{file} to load", e.Message, "Run scripts/setup.sh again."));
        }
    }

    /// <summary>Loads one graph of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="file">Which of its files.</param>
    /// <param name="patch">Changes the checked bytes before they are loaded.</param>
    /// <exception cref="ModelStoreException">The file was changed, or ONNX Runtime refuses it.</exception>
    internal InferenceSession Create(StoredModel model, string file, Action<byte[]>? patch = null)
    {
        var bytes = model.ReadFile(file);
        patch?.Invoke(bytes);
        if (_cuda && TryCuda(bytes) is { } session) return session;
        try
        {
            return Open(bytes);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelStoreException(new ModelProblem(
                ModelProblemCode.GraphUnreadable, model.Manifest.Name, $"{file} to load", e.Message,
                "Export the model again for this version of ONNX Runtime."));
        }
    }

    // Many streams share one core: a run that spins or spreads over threads takes from the others what it doesn't need.
    private static SessionOptions Options(int threads)
    {
        var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.set_denormal_as_zero", "1");
        return options;
    }

    private InferenceSession? TryCuda(byte[] bytes)
    {
        try
        {
            using var options = Options(threads: 1);
            using var cuda = new OrtCUDAProviderOptions();
            // TF32 keeps ten bits of a product: thresholds are those of whole floats.
            cuda.UpdateOptions(new Dictionary<string, string> { ["device_id"] = "0", ["use_tf32"] = "0" });
            options.AppendExecutionProvider_CUDA(cuda);
            return new InferenceSession(bytes, options);
        }
        catch (OnnxRuntimeException e)
        {
            // Without a driver or a device, or one of CUDA's libraries.
            _cuda = false;
            GoOnWithCpu(e.Message);
            return null;
        }
    }

    private void GoOnWithCpu(string reason) =>
        Log.NoCuda(_logger, _provider == InferenceProvider.Auto ? LogLevel.Information : LogLevel.Warning, reason);

    private static partial class Log
    {
        [LoggerMessage(EventId = LogEventIds.NoCuda, Message = "The CPU computes, CUDA can't be used: {Reason}.")]
        public static partial void NoCuda(ILogger logger, LogLevel level, string reason);
    }
}
