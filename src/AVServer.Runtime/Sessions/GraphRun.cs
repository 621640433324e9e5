using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>
/// One caller's tensors of a <see cref="FixedShapeGraph"/>; nothing is allocated after the constructor. Not thread-safe; dispose before the
/// graph.
/// </summary>
public sealed class GraphRun : IDisposable
{
    private readonly InferenceSession _session;
    private readonly Memory<float>[] _inputs;
    private readonly Memory<float>[] _outputs;
    private readonly OrtValue[] _values;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _options = new();

    internal GraphRun(InferenceSession session, ModelManifest manifest)
    {
        _session = session;
        _binding = session.CreateIoBinding();
        _inputs = [.. manifest.Inputs.Select(Pinned)];
        _outputs = [.. manifest.Outputs.Select(Pinned)];
        var inputs = manifest.Inputs.Zip(_inputs, Value).ToArray();
        var outputs = manifest.Outputs.Zip(_outputs, Value).ToArray();
        for (var i = 0; i < inputs.Length; i++) _binding.BindInput(manifest.Inputs[i].Name, inputs[i]);
        for (var i = 0; i < outputs.Length; i++) _binding.BindOutput(manifest.Outputs[i].Name, outputs[i]);
        _values = [.. inputs, .. outputs];
    }

    /// <summary>Values of an input, to be written before a run.</summary>
    /// <param name="index">Place among the manifest's inputs.</param>
    public Span<float> Input(int index) => _inputs[index].Span;

    /// <summary>Address of an input's first value, for native code that writes it; valid as long as the run isn't disposed.</summary>
    /// <param name="index">Place among the manifest's inputs.</param>
    public nint InputAddress(int index) => TensorMemory.Address(_inputs[index]);

    /// <summary>Values of an output, valid until the next run.</summary>
    /// <param name="index">Place among the manifest's outputs.</param>
    public ReadOnlySpan<float> Output(int index) => _outputs[index].Span;

    /// <summary>Runs the graph on what the inputs hold.</summary>
    public void Run() => _session.RunWithBinding(_options, _binding);

    public void Dispose()
    {
        _binding.Dispose();
        foreach (var value in _values) value.Dispose();
        _options.Dispose();
    }

    private static Memory<float> Pinned(TensorSpec tensor) =>
        TensorMemory.Pinned(tensor.Shape.Aggregate(1, (product, axis) => checked(product * axis)));

    private static OrtValue Value(TensorSpec tensor, Memory<float> values) =>
        TensorMemory.View(values, [.. tensor.Shape.Select(axis => (long)axis)]);
}
