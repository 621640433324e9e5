using AVServer.Lab.Export;
using AVServer.Lab.Export.Passes;
using AVServer.Networks;
using AVServer.Runtime;
using AVServer.Runtime.Onnx;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Lab.Tests.Export;

/// <summary>Products of whole numbers give what those of real ones give, but for what rounding takes.</summary>
[Trait("Category", "unit")]
public sealed class StaticQuantisationTests
{
    private const int Inputs = 192;
    private const int Outputs = 256;
    private const int Rows = 40;

    [Fact]
    public void Product_of_whole_numbers_differs_from_the_real_one_by_what_rounding_takes()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(3);
        using var layer = new Product();
        layer.Weights.copy_(StaticQuantisation.Rounded(layer.Weights));
        var input = randn(Rows, Inputs, 1);
        var range = ActivationRange.Of(input.data<float>().ToArray());
        var real = NetworkGraph.Write(layer).Plain;
        real = Rewritten(real);
        var whole = StaticQuantisation.Run(real, StaticQuantisation.Inputs(real).ToDictionary(name => name, _ => range));

        var nodes = ModelProto.Parser.ParseFrom(whole).Graph.Node.Select(node => node.OpType).ToList();
        Assert.Contains("QuantizeLinear", nodes);
        Assert.Contains("MatMulIntegerToFloat", nodes);
        Assert.DoesNotContain("Gemm", nodes);
        var difference = Run(real, input) - Run(whole, input);
        // Each input is off by a deviation of scale / √12, independently of the others; a few are cut.
        var expected = range.Scale / Math.Sqrt(12) * layer.Weights.square().sum([1, 2]).mean().sqrt().item<float>();
        Assert.InRange(difference.square().mean().sqrt().item<float>(), 0.5 * expected, 2 * expected);
    }

    [Fact]
    public void Small_products_stay_real()
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var layer = new Product(outputs: 8);
        Assert.Empty(StaticQuantisation.Inputs(Rewritten(NetworkGraph.Write(layer).Plain)));
    }

    [Fact]
    public void Rounded_weights_are_whole_multiples_of_their_row_s_scale_and_round_to_themselves()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        var weights = randn(5, 7, 2) * arange(1, 6).reshape(5, 1, 1);
        var rounded = StaticQuantisation.Rounded(weights);
        var scale = weights.flatten(1).abs().amax([1], keepdim: true) / StaticQuantisation.LargestWeight;
        var whole = rounded.flatten(1) / scale;
        Assert.InRange((whole - whole.round()).abs().max().item<float>(), 0, 1e-4f);
        Assert.InRange(((rounded - weights).flatten(1).abs() / scale).max().item<float>(), 0, 0.5001f);
        Assert.InRange((StaticQuantisation.Rounded(rounded) - rounded).abs().max().item<float>(), 0, 1e-5f);
        Assert.Equal(0, StaticQuantisation.Rounded(zeros(2, 3)).abs().sum().item<float>());
    }

    [Theory]
    [InlineData(0f, 10f)]
    [InlineData(-3f, 12f)]
    [InlineData(-8f, -1f)]
    public void Zero_stays_zero_in_every_range(float least, float most)
    {
        var range = ActivationRange.Of([.. Enumerable.Range(0, 500).Select(i => least + (i * (most - least) / 499))]);
        Assert.Equal(0, range.Error([0]));
    }

    [Fact]
    public void Range_cuts_what_lies_far_out_where_that_makes_the_rest_finer()
    {
        var random = new Random(5);
        float[] values = [.. Enumerable.Range(0, 100_000).Select(_ => (float)((random.NextDouble() * 2) - 1)), 3];
        var range = ActivationRange.Of(values);
        var whole = new ActivationRange(4f / byte.MaxValue, (byte)Math.Round(byte.MaxValue / 4f));
        Assert.InRange(range.Scale, 0, 0.9f * whole.Scale);
        Assert.True(range.Error(values) < whole.Error(values));
    }

    private static byte[] Rewritten(byte[] graph)
    {
        var editor = new GraphEditor(graph);
        StreamRows.Run(editor);
        return editor.ToBytes();
    }

    private static Tensor Run(byte[] graph, Tensor input)
    {
        using var session = SessionFactory.Open(graph);
        return ParityCheck.Run(session, input)[0];
    }

    /// <summary>One product of so many outputs.</summary>
    private sealed class Product : Module, INetwork
    {
        private readonly TorchSharp.Modules.Conv1d layer;

        public Product(int outputs = Outputs) : base(nameof(Product))
        {
            layer = Conv1d(StaticQuantisationTests.Inputs, outputs, 1);
            RegisterComponents();
        }

        public Tensor Weights => layer.weight!;

        IReadOnlyList<NetworkInput> INetwork.Inputs => [new("x", [-1, StaticQuantisationTests.Inputs, 1])];

        IReadOnlyList<string> INetwork.Outputs => ["y"];

        public IReadOnlyList<Value> Serve(IReadOnlyList<Value> values) => [values[0].Apply(layer)];
    }
}
