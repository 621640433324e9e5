namespace AVServer.Runtime;

/// <summary>A model folder isn't what it says it is. Holds every problem that was found, not only the first.</summary>
public sealed class ModelStoreException(IReadOnlyList<ModelProblem> problems)
    : Exception(string.Join(Environment.NewLine, problems.Select(problem => problem.ToString())))
{
    /// <summary>A single problem.</summary>
    public ModelStoreException(ModelProblem problem)
        : this([problem])
    {
    }

    /// <summary>What is wrong, at least one entry.</summary>
    public IReadOnlyList<ModelProblem> Problems { get; } = problems;
}

/// <summary>One thing that is wrong with a model.</summary>
/// <param name="Code">Which kind of thing.</param>
/// <param name="Model">Name of the model's folder, or the models folder itself.</param>
/// <param name="Expected">What should be.</param>
/// <param name="Got">What is.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record ModelProblem(ModelProblemCode Code, string Model, string Expected, string Got, string Remedy)
{
    public override string ToString() => $"{Model}: expected {Expected}, got {Got}. {Remedy}";
}

/// <summary>Kinds of problems with models.</summary>
public enum ModelProblemCode
{
    /// <summary>The folder of all models isn't there.</summary>
    ModelsFolderMissing,

    /// <summary>The manifest isn't JSON, or has unknown or missing members.</summary>
    ManifestUnreadable,

    /// <summary>The manifest contradicts itself or its kind.</summary>
    ManifestInvalid,

    /// <summary>A file that the manifest names isn't there.</summary>
    FileMissing,

    /// <summary>A file's bytes aren't those that the manifest states.</summary>
    FileTampered,

    /// <summary>A file isn't an ONNX graph, or the runtime refuses it.</summary>
    GraphUnreadable,

    /// <summary>The graph points at files outside itself.</summary>
    ExternalData,

    /// <summary>The graph needs operators that ONNX Runtime doesn't have.</summary>
    CustomOperators,

    /// <summary>Inputs or outputs of the graph aren't those of the manifest.</summary>
    SignatureMismatch,

    /// <summary>The manifest refers to a model that isn't there or is of another kind.</summary>
    ReferenceMissing,

    /// <summary>No threshold can be derived for a keyword.</summary>
    NotCalibrated,
}
