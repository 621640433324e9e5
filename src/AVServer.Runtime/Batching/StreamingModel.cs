using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>A streaming graph: a chunk of feature frames and a cache in, posteriors and the next cache out. Stateless; one is shared by all streams.</summary>
/// <remarks>Safe to share between threads. Run it through a <see cref="DynamicBatcher"/>; dispose it after that.</remarks>
public sealed class StreamingModel : IDisposable
{
    private StreamingModel(ModelManifest manifest, InferenceSession session)
    {
        var streaming = manifest.Streaming!;
        Manifest = manifest;
        Session = session;
        InputShape = [streaming.ChunkFrames, manifest.Features!.Mels];
        OutputShape = [streaming.OutputsPerChunk, manifest.Labels.Count];
        CacheShape = streaming.CacheShape;
        CacheLength = streaming.CacheLength;
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Values that one step takes: <c>chunkFrames × mels</c>, frames outermost.</summary>
    public int InputLength => InputShape[0] * InputShape[1];

    /// <summary>Values that one step gives: <c>outputsPerChunk × keywords</c>, time outermost.</summary>
    public int OutputLength => OutputShape[0] * OutputShape[1];

    /// <summary>Values in one stream's cache.</summary>
    public int CacheLength { get; }

    internal InferenceSession Session { get; }

    internal IReadOnlyList<int> InputShape { get; }

    internal IReadOnlyList<int> OutputShape { get; }

    internal IReadOnlyList<int> CacheShape { get; }

    /// <summary>Loads a keyword spotter and compares the graph with its manifest.</summary>
    /// <exception cref="ModelStoreException">The graph can't be loaded or isn't what the manifest says.</exception>
    public static StreamingModel Load(StoredModel model, InferenceDevice device = InferenceDevice.Cpu, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Manifest.Kind != ModelKind.KeywordSpotter)
            throw new ArgumentException($"Expected a {ModelKind.KeywordSpotter}, got the {model.Manifest.Kind} '{model.Manifest.Name}'.", nameof(model));
        var session = SessionFactory.Create(model, ModelManifest.MainFile, device, logger ?? NullLogger.Instance);
        try
        {
            Signature.Check(model.Manifest, session);
            return new StreamingModel(model.Manifest, session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>The state of a new stream.</summary>
    /// <param name="paced">
    /// Whether input comes at the speed of sound, so that a step may wait for company; false for a file, whose next step can't begin before this one ends.
    /// </param>
    public StreamState CreateState(bool paced = true) => new(this, paced);

    public void Dispose() => Session.Dispose();
}
