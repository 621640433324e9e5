using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>
/// A model whose tensors all have fixed sizes, run for one caller at a time: what a picture needs, where nothing is gained by a batch.
/// </summary>
/// <remarks>Holds the session only; safe to share. Memory of a run is in a <see cref="GraphRun"/>, one for each caller.</remarks>
public sealed class FixedShapeGraph : IDisposable
{
    private readonly InferenceSession _session;

    /// <summary>Loads the model's graph, on the CPU.</summary>
    /// <exception cref="ModelStoreException">The file was changed, ONNX Runtime refuses it, or a tensor is missing or of another size than
    /// the manifest says.</exception>
    /// <exception cref="ArgumentException">The manifest has a free axis.</exception>
    public FixedShapeGraph(StoredModel model)
    {
        Manifest = model.Manifest;
        if (Manifest.Inputs.Count == 0 || Manifest.Inputs.Concat(Manifest.Outputs).Any(tensor => tensor.Shape.Any(axis => axis < 1)))
            throw new ArgumentException(
                $"Expected inputs and outputs of fixed sizes, got another manifest for {Manifest.Name}.", nameof(model));
        _session = SessionFactory.Cpu.Create(model, ModelManifest.MainFile);
        Signature.Check(Manifest, _session);
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Makes the memory of one caller.</summary>
    public GraphRun CreateRun() => new(_session, Manifest);

    public void Dispose() => _session.Dispose();
}
