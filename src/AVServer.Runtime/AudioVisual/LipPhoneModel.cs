using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>Tells from what a mouth does, picture by picture, which phones it shows.</summary>
/// <remarks>Stateless and safe to share between threads. A second of pictures takes some tenths of a millisecond.</remarks>
public sealed class LipPhoneModel : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly string[] _inputs;
    private readonly string[] _outputs;

    private LipPhoneModel(ModelManifest manifest, InferenceSession session, LipPhoneTable table)
    {
        (Manifest, _session, Table) = (manifest, session, table);
        (_inputs, _outputs) = ([manifest.Inputs[0].Name], [manifest.Outputs[0].Name]);
        ValueCount = manifest.Inputs[0].Shape[^1];
    }

    /// <summary>What the model is; its labels are the phones.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>How often each phone was shown in training.</summary>
    public LipPhoneTable Table { get; }

    /// <summary>Values of a picture.</summary>
    public int ValueCount { get; }

    /// <summary>Phones.</summary>
    public int PhoneCount => Manifest.Labels.Count;

    /// <summary>Loads a network and compares the graph with its manifest.</summary>
    /// <exception cref="ModelStoreException">The graph can't be loaded or isn't what the manifest says.</exception>
    public static LipPhoneModel Load(StoredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var manifest = model.Manifest;
        if (manifest.Kind != ModelKind.LipPhones)
            throw new ArgumentException($"Expected {ModelKind.LipPhones}, got the {manifest.Kind} '{manifest.Name}'.", nameof(model));
        var table = LipPhoneTable.Load(model);
        if (table.Priors.Count != manifest.Labels.Count)
            throw new ModelStoreException(new ModelProblem(
                ModelProblemCode.ManifestInvalid, manifest.Name, $"a prior for each of {manifest.Labels.Count} labels",
                $"{table.Priors.Count}", "Restore the model's folder."));
        var session = SessionFactory.Cpu.Create(model, ModelManifest.MainFile);
        try
        {
            Signature.Check(manifest, session);
            return new LipPhoneModel(manifest, session, table);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Reads pictures in a row.</summary>
    /// <param name="mouth">[pictures, <see cref="ValueCount"/>]; not kept.</param>
    /// <param name="logits">Receives [pictures, <see cref="PhoneCount"/>].</param>
    /// <exception cref="ArgumentException">The lengths don't fit each other.</exception>
    /// <exception cref="InferenceException">The graph refuses the pictures, or says what isn't a number.</exception>
    public void Read(ReadOnlySpan<float> mouth, Span<float> logits)
    {
        var pictures = mouth.Length / ValueCount;
        if (pictures == 0 || mouth.Length != pictures * ValueCount || logits.Length != pictures * PhoneCount)
            throw new ArgumentException(
                $"Expected {ValueCount} values and room for {PhoneCount} logits a picture, got {mouth.Length} and {logits.Length}.",
                nameof(mouth));
        try
        {
            using var input = TensorMemory.Copy(mouth, 1, pictures, ValueCount);
            using var results = _session.Run(_runOptions, _inputs, [input], _outputs);
            results[0].GetTensorDataAsSpan<float>().CopyTo(logits);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InferenceException(Manifest.Name, e.Message, e);
        }
        if (!BatchRunner.IsFinite(logits)) throw new InferenceException(Manifest.Name, "a logit that isn't a number");
    }

    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }
}
