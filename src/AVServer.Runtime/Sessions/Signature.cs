using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>Compares what a graph takes and gives with what its manifest says.</summary>
internal static class Signature
{
    /// <summary>Finds every difference in names, types and sizes.</summary>
    /// <param name="manifest">What it says.</param>
    /// <param name="session">The graph.</param>
    /// <param name="integers">Names of the tensors that hold 64-bit integers; all others hold floats.</param>
    /// <exception cref="ModelStoreException">There are differences; lists all.</exception>
    public static void Check(ModelManifest manifest, InferenceSession session, params ReadOnlySpan<string> integers) =>
        Check(manifest.Name, manifest.Inputs, manifest.Outputs, session, integers);

    /// <summary>
    /// Finds every difference in names, types and sizes, for a graph whose tensors follow from other parts of the manifest.
    /// </summary>
    /// <exception cref="ModelStoreException">There are differences; lists all.</exception>
    public static void Check(
        string model, IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs, InferenceSession session,
        params ReadOnlySpan<string> integers)
    {
        var whole = integers.ToArray();
        var problems = new List<ModelProblem>();
        Compare("input", inputs, session.InputMetadata);
        Compare("output", outputs, session.OutputMetadata);
        foreach (var extra in session.InputMetadata.Keys.Except(inputs.Select(input => input.Name)))
            Add("no further inputs", $"the input '{extra}'");
        if (problems.Count > 0) throw new ModelStoreException(problems);

        void Compare(string what, IReadOnlyList<TensorSpec> stated, IReadOnlyDictionary<string, NodeMetadata> actual)
        {
            foreach (var tensor in stated)
            {
                var type = whole.Contains(tensor.Name) ? typeof(long) : typeof(float);
                if (!actual.TryGetValue(tensor.Name, out var node))
                    Add($"the {what} '{tensor.Name}'", $"only {string.Join(", ", actual.Keys)}");
                else if (!node.IsTensor || node.ElementType != type || !Fits(tensor.Shape, node.Dimensions))
                    Add(
                        $"the {what} '{tensor.Name}' as {(type == typeof(long) ? "int64" : "float")} [{string.Join(", ", tensor.Shape)}]",
                        Describe(node));
            }
        }

        void Add(string expected, string got) =>
            problems.Add(
                new ModelProblem(
                    ModelProblemCode.SignatureMismatch, model, expected, got, "Export the model again, so that graph and manifest agree."));
    }

    private static bool Fits(IReadOnlyList<int> stated, int[] actual) =>
        stated.Count == actual.Length && stated.Zip(actual).All(axes => axes.First < 0 || axes.Second < 0 || axes.First == axes.Second);

    private static string Describe(NodeMetadata node) =>
        node.IsTensor ? $"{node.ElementType.Name} [{string.Join(", ", node.Dimensions)}]" : node.OnnxValueType.ToString();
}
