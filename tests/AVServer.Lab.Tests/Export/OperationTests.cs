using AVServer.Lab.Export;
using AVServer.Networks;
using AVServer.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Lab.Tests.Export;

/// <summary>Each operation that networks are written in: libtorch and the graph agree, for shapes drawn at random.</summary>
[Trait("Category", "unit")]
public sealed class OperationTests
{
    private const float Tolerance = 2e-5f;

    private static readonly Dictionary<string, Func<Random, Case>> Operations = new()
    {
        ["add"] = random => Two(random, (x, y) => x + y),
        ["subtract"] = random => Two(random, (x, y) => x - y),
        ["multiply"] = random => Two(random, (x, y) => x * y),
        ["divide"] = random => Two(random, (x, y) => x / ((y * y) + 1)),
        ["numbers"] = random => One(random, x => 1 - ((x + 0.5) * 3 / 7)),
        ["weights"] = random => One(random, 3, x => (x + rand(x.Length(2)) - ones(x.Length(2))) * full([x.Length(2)], 2)),
        ["relu"] = random => One(random, x => x.Relu()),
        ["sigmoid"] = random => One(random, x => x.Sigmoid()),
        ["tanh"] = random => One(random, x => x.Tanh()),
        ["silu"] = random => One(random, x => x.Silu()),
        ["gelu"] = random => One(random, x => x.Gelu()),
        ["relu6"] = random => One(random, x => (x * 6).Map(Function.Relu6)),
        ["hard sigmoid"] = random => One(random, x => (x * 3).Map(Function.HardSigmoid)),
        ["hard swish"] = random => One(random, x => (x * 3).Map(Function.HardSwish)),
        ["exp and sqrt"] = random => One(random, x => x.Exp().Sqrt()),
        ["log"] = random => One(random, x => ((x * x) + 0.1).Map(Function.Log)),
        ["clamp"] = random => One(random, x => x.Clamp(-0.3, 0.4)),
        ["softmax"] = random => One(random, 3, x => x.Softmax(random.Next(3))),
        ["glu"] = random => new(x => x[0].Glu(1), [Shape(random, 2 * random.Next(1, 4), random.Next(1, 5))]),
        ["linear"] = random => One(random, 3, x => x.Linear(randn(5, x.Length(2)), rand(5))),
        ["linear without bias"] = random => One(random, 2, x => x.Linear(randn(5, x.Length(1)), null)),
        ["product"] = random => new(x => x[0].MatMul(x[1]), Products(random)),
        ["permute"] = random => One(random, 3, x => x.Permute(2, 0, 1)),
        ["reshape"] = random => One(random, 3, x => x.Reshape(-1, x.Length(2)).Reshape(-1, x.Length(1), x.Length(2)).Reshape(0, -1)),
        ["shuffle"] = random => new(x => x[0].Shuffle(random.Next(2) == 0 ? 2 : 3), [Shape(random, 6, 2, 3)]),
        ["squeeze"] = random => One(random, 3, x => x.Unsqueeze(1).Squeeze(1).Unsqueeze(-1)),
        ["narrow"] = random => new(x => x[0].Narrow(1, 1, 2).Concat(1, x[0].Narrow(1, -2, 2)), [Shape(random, random.Next(3, 7), 2)]),
        ["every"] = random => One(random, 3, x => x.Every(1, random.Next(1, 4))),
        ["take"] = random => One(random, 3, x => x.Take(1, [x.Length(1) - 1, 0, 0, x.Length(1) / 2])),
        ["flip"] = random => One(random, 3, x => x.Flip(random.Next(3))),
        ["pad"] = random => One(random, 3, x => x.Pad(1, random.Next(3), random.Next(3))),
        ["pad to"] = random => One(random, 3, x => x.PadTo(1, random.Next(1, 9))),
        ["concat"] = random => Two(random, (x, y) => x.Concat(-1, y, x)),
        ["stack"] = random => Two(random, (x, y) => x.Stack(1, y)),
        ["sum"] = random => One(random, 3, x => x.Sum(true, random.Next(1, 3)).Sum(false, 2)),
        ["mean"] = random => One(random, 3, x => x.Mean(false, 1, 2)),
        ["mean of maps"] = random => new(x => x[0].Mean(random.Next(2) == 0, 2, 3), [Map(random)]),
        ["max"] = random => One(random, 3, x => x.Max(random.Next(2) == 0, 2)),
        ["average pool"] = random => new(x => x[0].AveragePool(2, random.Next(1, 3)), [Map(random)]),
        ["halved"] = random => new(x => x[0].Halved(), [Map(random)]),
        ["enlarged"] = random => new(x => x[0].Enlarged(2 * x[0].Length(2), (2 * x[0].Length(3)) - 1), [Map(random)]),
        ["max pool"] = random => new(x => x[0].MaxPool(3, 2, 1), [Map(random)]),
        ["step"] = random => One(random, x => x.Step(4)),
        ["choose"] = random => Two(random, (x, y) => x.IsAbove(0.1).Choose(x, y)),
        ["convolution of one axis"] = random =>
            new(x => x[0].Convolve(randn(4, 3, 3), randn(4), new Window(random.Next(1, 3), random.Next(3), random.Next(1, 3))),
                [Shape(random, 3, random.Next(7, 12))]),
        ["depthwise convolution"] = random =>
            new(x => x[0].Convolve(randn(3, 1, 3), null, new Window(groups: 3)), [Shape(random, 3, random.Next(7, 12))]),
        ["convolution of two axes"] = random =>
            new(x => x[0].Apply(Conv2d(2, 4, (3L, 5L), stride: (1, 2), padding: (0, 2))), [Map(random)]),
        ["convolution of three axes"] = random =>
            new(x => x[0].Apply(Conv3d(2, 4, (2L, 3L, 3L), padding: (0L, 1L, 1L))), [Shape(random, 2, 3, 5, 6)]),
        ["batch norm"] = random => new(x => x[0].Apply(Settled(BatchNorm1d(3))), [Shape(random, 3, 5)]),
        ["batch norm of maps"] = random => new(x => x[0].Apply(Settled(BatchNorm2d(2))), [Map(random)]),
        ["batch norm of vectors"] = random => new(x => x[0].Apply(Settled(BatchNorm1d(3))), [Shape(random, 3)]),
        ["group norm"] = random => new(x => x[0].Apply(Drawn(GroupNorm(random.Next(2) == 0 ? 1 : 3, 6))), [Shape(random, 6, 3, 4)]),
        ["layer norm"] = random => new(x => x[0].Apply(LayerNorm(6)), [Shape(random, random.Next(1, 4), 6)]),
        ["layers in a row"] = random => new(x => x[0].Apply(Sequential(Linear(6, 4), Linear(4, 2))), [Shape(random, 6)]),
        ["attention"] = random => new(x => x[0].Attend(MultiheadAttention(8, 2), 2), [Shape(random, random.Next(1, 5), 8)]),
        ["LSTM"] = random => new(x => x[0].Recur(LSTM(3, 4, batchFirst: true)), [Shape(random, random.Next(1, 6), 3)]),
        ["GRU"] = random => new(x => x[0].Recur(GRU(3, 4, batchFirst: true)), [Shape(random, random.Next(1, 6), 3)]),
        ["past"] = random => new(x => x[0].Past(2, random.Next(4), silence: true), [Shape(random, 3, 5)]),
    };

    public static TheoryData<string, int> Cases =>
        [.. Operations.Keys.SelectMany(name => Enumerable.Range(0, 3).Select(seed => (name, seed)))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Operation_gives_the_same_in_libtorch_and_in_a_graph(string name, int seed)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(seed);
        Tensor[] inputs = [.. Operations[name](new Random(seed)).Shapes.Select(shape => randn(shape))];
        Same(name, inputs, seed, free: true);
        Same(name, inputs, seed, free: false);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Lengths_of_sequences_count_the_same_in_libtorch_and_in_a_graph(int hop)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var network = new Written(
            inputs => [.. inputs.Take(1).Select(
                x => x * x.Within(inputs[1], 1).Unsqueeze(2) / inputs[1].Plus(hop - 1).Quotient(hop).AtLeast(1).Real(x).Unsqueeze(
                    1).Unsqueeze(2))],
            [new("features", [-1, -1, 3]), new("frames", [-1], IsWhole: true)]);
        Tensor[] inputs = [randn(3, 7, 3), tensor(new long[] { 7, 3, 0 })];
        var expected = TorchValue.Of(network.Serve([TorchValue.From(inputs[0]), TorchValue.From(inputs[1])])[0]);

        Assert.InRange(Furthest(expected, Run(NetworkGraph.Write(network).Plain, inputs)), 0, Tolerance);
    }

    [Fact]
    public void Layer_that_no_graph_can_be_written_of_is_refused() =>
        Assert.Throws<NotSupportedException>(
            () => NetworkGraph.Write(new Written(x => [x[0].Apply(InstanceNorm1d(3))], [new("x", [-1, 3, 4])])));

    [Fact]
    public void Axis_that_is_free_has_no_length_in_a_graph() =>
        Assert.Throws<InvalidOperationException>(() => NetworkGraph.Write(new Written(x => [x[0] + x[0].Length(0)], [new("x", [-1, 3])])));

    private static void Same(string name, Tensor[] inputs, int seed, bool free)
    {
        var network = new Written(
            values => Draw(values),
            [.. inputs.Select((input, i) => new NetworkInput($"x{i}", [free ? -1 : input.size(0), .. input.shape[1..]]))]);
        var expected = TorchValue.Of(network.Serve([.. inputs.Select(TorchValue.From)])[0]);
        var got = Run(NetworkGraph.Write(network).Plain, inputs);
        Assert.Equal(expected.shape, got.shape);
        Assert.InRange(Furthest(expected, got), 0, Tolerance);

        // Weights and numbers are drawn while it runs: the same for both.
        Value[] Draw(IReadOnlyList<Value> values)
        {
            manual_seed(seed);
            return [Operations[name](new Random(seed)).Run(values)];
        }
    }

    private static Tensor Run(byte[] graph, Tensor[] inputs)
    {
        using var session = SessionFactory.Open(graph);
        return ParityCheck.Run(session, inputs)[0];
    }

    private static float Furthest(Tensor expected, Tensor got) =>
        ((expected - got).abs() / expected.abs().clamp_min(1)).max().item<float>();

    private static long[] Shape(Random random, params long[] rest) => [random.Next(1, 4), .. rest];

    private static long[] Map(Random random) => Shape(random, 2, random.Next(5, 9), random.Next(5, 9));

    private static Case One(Random random, Func<Value, Value> run) => One(random, random.Next(2, 5), run);

    private static Case One(Random random, int rank, Func<Value, Value> run) =>
        new(x => run(x[0]), [[.. Enumerable.Range(0, rank).Select(_ => (long)random.Next(1, 6))]]);

    private static Case Two(Random random, Func<Value, Value, Value> run)
    {
        long[] shape = [.. Enumerable.Range(0, random.Next(2, 4)).Select(_ => (long)random.Next(1, 6))];
        return new(x => run(x[0], x[1]), [shape, shape]);
    }

    private static long[][] Products(Random random)
    {
        var (batch, inner) = (random.Next(1, 4), random.Next(1, 6));
        return [[batch, 2, random.Next(1, 5), inner], [batch, 2, inner, random.Next(1, 5)]];
    }

    private static T Settled<T>(T norm) where T : TorchSharp.Modules.BatchNorm
    {
        norm.running_mean!.copy_(randn_like(norm.running_mean));
        norm.running_var!.copy_(rand_like(norm.running_var) + 0.5);
        norm.eval();
        return norm;
    }

    private static Module<Tensor, Tensor> Drawn(Module<Tensor, Tensor> layer)
    {
        foreach (var parameter in layer.parameters()) parameter.copy_(randn_like(parameter));
        return layer;
    }

    /// <summary>An operation with what it needs, on inputs of some shapes.</summary>
    private sealed record Case(Func<IReadOnlyList<Value>, Value> Run, long[][] Shapes);

    /// <summary>A network of one operation.</summary>
    private sealed class Written(Func<IReadOnlyList<Value>, IReadOnlyList<Value>> serve, IReadOnlyList<NetworkInput> inputs)
        : Module("Written"), INetwork
    {
        public IReadOnlyList<NetworkInput> Inputs => inputs;

        public IReadOnlyList<string> Outputs => ["y"];

        public IReadOnlyList<Value> Serve(IReadOnlyList<Value> values) => serve(values);
    }
}
