using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>
/// A streaming graph: a chunk and a cache in, a result and the next cache out. A keyword spotter's chunks are feature frames and its
/// results posteriors; a lip encoder's are one video frame's lip ROI and lip features. Stateless; one is shared by all streams.
/// </summary>
/// <remarks>Safe to share between threads. Run it through a <see cref="DynamicBatcher"/>; dispose it after that.</remarks>
public sealed class StreamingModel : IDisposable
{
    private StreamingModel(
        ModelManifest manifest, InferenceSession session, IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs)
    {
        Manifest = manifest;
        Session = session;
        (InputName, CacheName, OutputName, NextCacheName) = (inputs[0].Name, inputs[1].Name, outputs[0].Name, outputs[1].Name);
        InputShape = [.. inputs[0].Shape.Skip(1)];
        CacheShape = [.. inputs[1].Shape.Skip(1)];
        OutputShape = [.. outputs[0].Shape.Skip(1)];
        InputLength = Length(InputShape);
        CacheLength = Length(CacheShape);
        OutputLength = Length(OutputShape);
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>
    /// Values that one step takes: of a spotter <c>chunkFrames × mels</c>, frames outermost; of a lip encoder <c>channels × side ×
    /// side</c>.
    /// </summary>
    public int InputLength { get; }

    /// <summary>
    /// Values that one step gives: of a spotter <c>outputsPerChunk × keywords</c>, time outermost; of a lip encoder the features of one
    /// frame.
    /// </summary>
    public int OutputLength { get; }

    /// <summary>Values in one stream's cache.</summary>
    public int CacheLength { get; }

    internal InferenceSession Session { get; }

    internal string InputName { get; }

    internal string CacheName { get; }

    internal string OutputName { get; }

    internal string NextCacheName { get; }

    internal IReadOnlyList<int> InputShape { get; }

    internal IReadOnlyList<int> OutputShape { get; }

    internal IReadOnlyList<int> CacheShape { get; }

    /// <summary>Loads a keyword spotter and compares the graph with its manifest.</summary>
    /// <exception cref="ModelStoreException">The graph can't be loaded or isn't what the manifest says.</exception>
    public static StreamingModel Load(StoredModel model, SessionFactory? sessions = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Manifest.Kind != ModelKind.KeywordSpotter)
            throw new ArgumentException(
                $"Expected a {ModelKind.KeywordSpotter}, got the {model.Manifest.Kind} '{model.Manifest.Name}'.", nameof(model));
        var manifest = model.Manifest;
        var streaming = manifest.Streaming!;
        TensorSpec[] inputs =
        [
            manifest.Inputs[0] with { Shape = [-1, streaming.ChunkFrames, manifest.Features!.Mels] },
            manifest.Inputs[1] with { Shape = [-1, .. streaming.CacheShape] },
        ];
        TensorSpec[] outputs =
        [
            manifest.Outputs[0] with { Shape = [-1, streaming.OutputsPerChunk, manifest.Labels.Count] },
            manifest.Outputs[1] with { Shape = [-1, .. streaming.CacheShape] },
        ];
        return Load(model, ModelManifest.MainFile, inputs, outputs, sessions);
    }

    /// <summary>
    /// Loads a phone network and compares the graph with its manifest. Its 8-bit products are the CPU's, whatever computes else.
    /// </summary>
    /// <exception cref="ModelStoreException">The graph can't be loaded or isn't what the manifest says.</exception>
    public static StreamingModel LoadPhones(StoredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Manifest.Kind != ModelKind.PhoneModel)
            throw new ArgumentException(
                $"Expected a {ModelKind.PhoneModel}, got the {model.Manifest.Kind} '{model.Manifest.Name}'.", nameof(model));
        return Load(model, ModelManifest.MainFile, model.Manifest.Inputs, model.Manifest.Outputs, SessionFactory.Cpu);
    }

    /// <summary>Loads the lip encoder of an audio-visual spotter and compares the graph with the manifest.</summary>
    /// <exception cref="ModelStoreException">The graph can't be loaded or isn't what the manifest says.</exception>
    public static StreamingModel LoadLips(StoredModel model, SessionFactory? sessions = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Manifest.AudioVisual is not { } spec)
            throw new ArgumentException(
                $"Expected an {ModelKind.AudioVisualSpotter}, got the {model.Manifest.Kind} '{model.Manifest.Name}'.", nameof(model));
        int[] cache = [-1, spec.RoiChannels, AudioVisualFiles.LipCacheFrames, spec.RoiSize, spec.RoiSize];
        TensorSpec[] inputs = [new("frame", [-1, spec.RoiChannels, 1, spec.RoiSize, spec.RoiSize]), new("cache", cache)];
        TensorSpec[] outputs = [new("features", [-1, 1, spec.LipFeatures]), new("nextCache", cache)];
        return Load(model, AudioVisualFiles.Lips, inputs, outputs, sessions);
    }

    /// <summary>The state of a new stream.</summary>
    /// <param name="paced">
    /// Whether input comes at the speed of sound, so that a step may wait for company; false for a file, whose next step can't begin before
    /// this one ends.
    /// </param>
    public StreamState CreateState(bool paced = true) => new(this, paced);

    public void Dispose() => Session.Dispose();

    private static StreamingModel Load(
        StoredModel model, string file, IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs, SessionFactory? sessions)
    {
        var session = (sessions ?? SessionFactory.Cpu).Create(model, file);
        try
        {
            if (file == ModelManifest.MainFile) Signature.Check(model.Manifest, session);
            Signature.Check(model.Manifest.Name, inputs, outputs, session);
            return new StreamingModel(model.Manifest, session, inputs, outputs);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static int Length(IReadOnlyList<int> shape) => shape.Aggregate(1, (product, axis) => checked(product * axis));
}
