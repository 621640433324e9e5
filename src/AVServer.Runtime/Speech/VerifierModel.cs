using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>The second stage: judges whether a window of speech embeddings holds the keyword, and where.</summary>
/// <remarks>Stateless and safe to share between threads. A run blocks for well under a millisecond.</remarks>
public sealed class VerifierModel : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly string[] _inputs;
    private readonly string[] _outputs;

    private VerifierModel(ModelManifest manifest, InferenceSession session)
    {
        Manifest = manifest;
        _session = session;
        _inputs = [manifest.Inputs[0].Name];
        _outputs = [.. manifest.Outputs.Select(output => output.Name)];
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Embedding vectors in one window.</summary>
    public int WindowSteps => Manifest.WindowSteps!.Value;

    /// <summary>Values in one window, vectors one after another, oldest first.</summary>
    public int WindowLength => WindowSteps * SpeechEmbedding.Dim;

    /// <summary>Loads a verifier and compares the graph with its manifest.</summary>
    /// <exception cref="ModelStoreException">The graph can't be loaded or isn't what the manifest says.</exception>
    public static VerifierModel Load(StoredModel model, SessionFactory? sessions = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Manifest.Kind != ModelKind.KeywordVerifier)
            throw new ArgumentException(
                $"Expected a {ModelKind.KeywordVerifier}, got the {model.Manifest.Kind} '{model.Manifest.Name}'.", nameof(model));
        var session = (sessions ?? SessionFactory.Cpu).Create(model, ModelManifest.MainFile);
        try
        {
            Signature.Check(model.Manifest, session);
            return new VerifierModel(model.Manifest, session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Judges one window.</summary>
    /// <param name="window"><see cref="WindowLength"/> values; copied, not kept.</param>
    /// <exception cref="ArgumentException">The window has another length.</exception>
    /// <exception cref="InferenceException">The graph refuses the window.</exception>
    public Verdict Verify(ReadOnlySpan<float> window)
    {
        if (window.Length != WindowLength)
            throw new ArgumentException($"Expected {WindowLength} embedding values, got {window.Length}.", nameof(window));
        try
        {
            using var input = TensorMemory.Copy(window, 1, WindowSteps, SpeechEmbedding.Dim);
            using var results = _session.Run(_runOptions, _inputs, [input], _outputs);
            var verdict = new Verdict(First(results[0]), First(results[1]), First(results[2]));
            if (float.IsFinite(verdict.Posterior)) return verdict;
            throw new InferenceException(Manifest.Name, "a posterior that isn't a number");
        }
        catch (OnnxRuntimeException e)
        {
            throw new InferenceException(Manifest.Name, e.Message, e);
        }
    }

    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }

    private static float First(OrtValue value) => value.GetTensorDataAsSpan<float>()[0];
}

/// <summary>What a verifier says of a window.</summary>
/// <param name="Posterior">Probability that the keyword ends in the window, 0 to 1.</param>
/// <param name="SecondsSinceStart">From the keyword's first sound to the window's end; means something only where the posterior is
/// high.</param>
/// <param name="SecondsSinceEnd">From the keyword's last sound to the window's end; likewise.</param>
public readonly record struct Verdict(float Posterior, float SecondsSinceStart, float SecondsSinceEnd);
