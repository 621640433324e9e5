using AVServer.Lab.Export;
using AVServer.Lab.Export.Passes;
using AVServer.Networks;
using AVServer.Runtime;
using AVServer.Runtime.Onnx;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Lab.Tests.Export;

/// <summary>What a pass leaves of a graph computes what the graph did, with fewer nodes.</summary>
[Trait("Category", "unit")]
public sealed class GraphPassTests
{
    private const float Tolerance = 2e-5f;

    [Fact]
    public void Norm_behind_a_convolution_and_scale_before_it_go_into_it() =>
        Same(ScaleFolding.Run, x => ((x - 0.3) * rand(3, 1)).Apply(Conv1d(3, 4, 3)).Apply(Settled(BatchNorm1d(4))).Relu(), [2, 3, 9],
            ["Conv", "Relu"]);

    [Fact]
    public void Shift_before_a_convolution_that_pads_stays() =>
        Same(ScaleFolding.Run, x => ((x - 0.3) * rand(3, 1)).Apply(Conv1d(3, 4, 3, padding: 1)), [2, 3, 9], ["Sub", "Conv"]);

    [Fact]
    public void Normalisation_of_an_input_goes_through_a_transposition_into_the_convolution() =>
        Same(ScaleFolding.Run, x => ((x - rand(3)) * rand(3)).Transpose(1, 2).Apply(Conv1d(3, 4, 2)), [2, 9, 3], ["Transpose", "Conv"]);

    [Fact]
    public void Norm_behind_a_dense_layer_goes_into_its_weights() =>
        Same(ScaleFolding.Run, x => x.Apply(Linear(3, 4)).Apply(Settled(BatchNorm1d(4))).Relu(), [5, 3], ["MatMul", "Add", "Relu"]);

    [Fact]
    public void Scale_along_another_axis_stays() =>
        Same(ScaleFolding.Run, x => x.Apply(Conv1d(3, 4, 1)) * rand(1, 9), [2, 3, 9], ["Conv", "Mul"]);

    [Fact]
    public void Value_that_two_nodes_read_is_not_folded_away() => Same(
        ScaleFolding.Run,
        x =>
        {
            var convolved = x.Apply(Conv1d(3, 4, 1));
            return convolved + (convolved * 2).Relu();
        },
        [2, 3, 9],
        ["Conv", "Mul", "Relu", "Add"]);

    [Fact]
    public void Branches_of_one_value_become_one_convolution() => Same(
        BranchMerging.Run,
        x => x.Apply(Conv1d(3, 4, 3)).Relu().Apply(Conv1d(4, 5, 1)) * x.Apply(Conv1d(3, 2, 3)).Relu().Apply(Conv1d(2, 5, 1)).Sigmoid(),
        [2, 3, 9],
        ["Conv", "Relu", "Conv", "Conv", "Sigmoid", "Mul"]);

    [Fact]
    public void Branches_that_look_differently_stay_two() => Same(
        BranchMerging.Run,
        x => x.Apply(Conv1d(3, 4, 3)).Relu().Apply(Conv1d(4, 5, 1))
            * x.Apply(Conv1d(3, 2, 3, padding: 1)).Narrow(2, 0, 7).Relu().Apply(Conv1d(2, 5, 1)),
        [2, 3, 9],
        ["Conv", "Conv", "Relu", "Slice", "Conv", "Relu", "Conv", "Mul"]);

    [Fact]
    public void Kernel_that_spans_all_pictures_reads_them_as_channels() => Same(
        DepthFolding.Run,
        x => x.Apply(Conv3d(2, 3, (4L, 3L, 3L), stride: (1L, 2L, 2L), padding: (0L, 1L, 1L))).Transpose(1, 2).Reshape(-1, 3, 3, 4).Relu(),
        [2, 2, 4, 6, 7],
        ["Reshape", "Conv", "Relu"]);

    [Fact]
    public void Sequences_become_rows_and_convolutions_products() => Same(
        StreamRows.Run,
        x =>
        {
            var hidden = x.Transpose(1, 2).Apply(Conv1d(3, 4, 2, stride: 2)).Relu();
            return (hidden.Apply(Conv1d(4, 4, 3, dilation: 2)).Tanh() + hidden.Narrow(2, 0, 4)).Transpose(1, 2);
        },
        [2, 16, 3],
        ["Reshape", "Reshape", "Gemm", "Relu", "Reshape", "Gather", "Reshape", "Gemm", "Slice", "Tanh", "Reshape", "Add", "Reshape"]);

    [Fact]
    public void Channels_of_a_sequence_are_taken_out_of_its_rows() => Same(
        StreamRows.Run,
        x =>
        {
            var hidden = x.Transpose(1, 2).Apply(Conv1d(3, 6, 1));
            return (hidden.Narrow(1, 0, 2) + hidden.Narrow(1, 4, 2)).Transpose(1, 2);
        },
        [2, 5, 3],
        ["Reshape", "Gemm", "Reshape", "Slice", "Slice", "Add"]);

    [Fact]
    public void Scales_above_zero_go_through_a_ReLU_into_the_convolution() =>
        Same(ScaleFolding.Run, x => (x.Apply(Conv1d(3, 4, 2)).Relu() * (rand(4, 1) + 0.1)) + rand(4, 1), [2, 3, 9],
            ["Conv", "Relu", "Add"]);

    [Fact]
    public void Scales_below_zero_stay_behind_a_ReLU() =>
        Same(ScaleFolding.Run, x => x.Apply(Conv1d(3, 4, 2)).Relu() * (rand(4, 1) - 0.5), [2, 3, 9], ["Conv", "Relu", "Mul"]);

    private static byte[] Same(Action<GraphEditor> pass, Func<Value, Value> run, long[] shape, string[] nodes)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        manual_seed(6);
        var input = randn(shape);
        // The first axis is free, and time too where nothing but its sequences stand: as in a stream.
        var written = NetworkGraph.Write(new OneInput(run, [-1, .. shape[1..]])).Plain;
        var editor = new GraphEditor(written);
        editor.RemoveUnused();
        pass(editor);
        var changed = editor.ToBytes();

        Assert.Equal(nodes.Order(), ModelProto.Parser.ParseFrom(changed).Graph.Node.Select(node => node.OpType).Order());
        Assert.InRange((Run(written, input) - Run(changed, input)).abs().max().item<float>(), 0, Tolerance);
        return changed;
    }

    private static Tensor Run(byte[] graph, Tensor input)
    {
        using var session = SessionFactory.Open(graph);
        return ParityCheck.Run(session, input)[0];
    }

    private static T Settled<T>(T norm) where T : TorchSharp.Modules.BatchNorm
    {
        norm.running_mean!.copy_(randn_like(norm.running_mean));
        norm.running_var!.copy_(rand_like(norm.running_var) + 0.5);
        norm.eval();
        return norm;
    }

    /// <summary>A network of a few operations.</summary>
    private sealed class OneInput(Func<Value, Value> run, long[] shape) : Module("OneInput"), INetwork
    {
        public IReadOnlyList<NetworkInput> Inputs => [new("x", shape)];

        public IReadOnlyList<string> Outputs => ["y"];

        public IReadOnlyList<Value> Serve(IReadOnlyList<Value> values) => [run(values[0])];
    }
}
