using AVServer.TestKit;
using static TorchSharp.torch;

namespace AVServer.Networks.Tests;

/// <summary>What PyTorch computed for one case: see PROVENANCE.md of the folder.</summary>
internal sealed class GoldenTensors
{
    /// <summary>Another build of libtorch may sum in another order.</summary>
    private const double Tolerance = 1e-5;

    private readonly Dictionary<string, Tensor> _values;

    private GoldenTensors(Dictionary<string, Tensor> values) => _values = values;

    internal Tensor this[string name] => _values[name];

    internal Tensor[] Inputs => Numbered("input").Select(tensor => tensor.is_floating_point() ? tensor.requires_grad_() : tensor).ToArray();

    internal Tensor[] Given => Numbered("given");

    /// <summary>All cases of a file below <c>tests/golden</c>, by name; to be read inside a dispose scope.</summary>
    internal static Dictionary<string, Tensor> Read(string file)
    {
        using var reader = new BinaryReader(File.OpenRead(TestPaths.Golden(file)));
        var count = reader.Read7BitEncodedInt();
        return Enumerable.Range(0, count).Select(_ => (Name: reader.ReadString(), Value: Tensor.Load(reader)))
            .ToDictionary(entry => entry.Name, entry => entry.Value);
    }

    internal static GoldenTensors Read(string file, string name) => new(Below(Read(file), name));

    /// <summary>The state before the call.</summary>
    internal Dictionary<string, Tensor> State => Below(_values, "state");

    /// <summary>Compares the outputs; then goes backward from the golden cotangents and compares every gradient.</summary>
    internal void Check(Tensor[] inputs, Tensor[] outputs, nn.Module? module = null)
    {
        var expected = Numbered("output");
        Assert.Equal(expected.Length, outputs.Length);
        for (var i = 0; i < outputs.Length; i++) Same($"output{i}", expected[i], outputs[i]);
        var cotangents = Numbered("cotangent");
        var loss = outputs.Zip(cotangents).Where(pair => pair.First.requires_grad).Select(pair => (pair.First * pair.Second).sum())
            .Aggregate((sum, part) => sum + part);
        loss.backward();
        var gradients = Below(_values, "grad");
        for (var i = 0; i < inputs.Length; i++)
            if (gradients.Remove($"input{i}", out var gradient)) Same($"gradient of input{i}", gradient, inputs[i].grad!);
        foreach (var (name, gradient) in gradients) Same($"gradient of {name}", gradient, module!.get_parameter(name)!.grad!);
        foreach (var (name, buffer) in Below(_values, "after")) Same($"{name} afterwards", buffer, module!.get_buffer(name)!);
    }

    internal static void Same(string what, Tensor expected, Tensor got, double tolerance = Tolerance)
    {
        Assert.True(
            expected.shape.AsSpan().SequenceEqual(got.shape),
            $"{what}: expected shape [{string.Join(", ", expected.shape)}], got [{string.Join(", ", got.shape)}]");
        if (expected.numel() == 0) return;
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var excess = ((expected - got).abs() - (expected.abs() * tolerance)).max().to_type(ScalarType.Float64).item<double>();
        Assert.True(excess <= tolerance, $"{what}: differs by {excess} more than the relative tolerance {tolerance}");
    }

    private Tensor[] Numbered(string kind) =>
        Enumerable.Range(0, 8).Select(i => _values.GetValueOrDefault($"{kind}{i}")).TakeWhile(tensor => tensor is not null).ToArray()!;

    private static Dictionary<string, Tensor> Below(Dictionary<string, Tensor> values, string prefix) =>
        values.Where(entry => entry.Key.StartsWith(prefix + "/", StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[(prefix.Length + 1)..], entry => entry.Value);
}
