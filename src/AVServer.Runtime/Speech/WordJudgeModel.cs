using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>Judges by the numbers of a candidate's alignment whether a word was said; it serves all words.</summary>
/// <remarks>Stateless and safe to share between threads. A run blocks for some tens of microseconds.</remarks>
public sealed class WordJudgeModel : IDisposable
{
    private const string InputName = "features";
    private const string OutputName = "score";

    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly string _name;

    private WordJudgeModel(string name, InferenceSession session, int featureCount) =>
        (_name, _session, FeatureCount) = (name, session, featureCount);

    /// <summary>Numbers of a candidate.</summary>
    public int FeatureCount { get; }

    /// <summary>Loads the judge of a phone model.</summary>
    /// <exception cref="ModelStoreException">The graph can't be loaded or isn't a judge.</exception>
    public static WordJudgeModel Load(StoredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Manifest.Kind != ModelKind.PhoneModel)
            throw new ArgumentException(
                $"Expected a {ModelKind.PhoneModel}, got the {model.Manifest.Kind} '{model.Manifest.Name}'.", nameof(model));
        var session = SessionFactory.Cpu.Create(model, PhoneModelFiles.Judge);
        try
        {
            var count = session.InputMetadata.TryGetValue(InputName, out var input) && input.Dimensions is [_, > 0 and var length] ? length
                : 1;
            Signature.Check(model.Manifest.Name, [new TensorSpec(InputName, [-1, count])], [new TensorSpec(OutputName, [-1, 1])], session);
            return new WordJudgeModel(model.Manifest.Name, session, count);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Judges candidates.</summary>
    /// <param name="features">Their numbers, one candidate after the other; copied, not kept.</param>
    /// <param name="scores">Receives the log-odds of each.</param>
    /// <exception cref="ArgumentException">The lengths don't fit each other.</exception>
    /// <exception cref="InferenceException">The graph refuses the numbers.</exception>
    public void Judge(ReadOnlySpan<float> features, Span<float> scores)
    {
        if (features.Length != scores.Length * FeatureCount)
            throw new ArgumentException(
                $"Expected {FeatureCount} numbers for each of {scores.Length} candidates, got {features.Length}.", nameof(features));
        if (scores.IsEmpty) return;
        try
        {
            using var input = TensorMemory.Copy(features, scores.Length, FeatureCount);
            using var results = _session.Run(_runOptions, [InputName], [input], [OutputName]);
            results[0].GetTensorDataAsSpan<float>().CopyTo(scores);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InferenceException(_name, e.Message, e);
        }
    }

    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }
}
