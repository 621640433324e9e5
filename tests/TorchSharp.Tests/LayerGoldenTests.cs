using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Tests;

[Trait("Category", "golden")]
public sealed class LayerGoldenTests
{
    private static readonly Dictionary<string, Func<Module>> Layers = new()
    {
        ["Conv1d"] = () => Conv1d(4, 6, 3, stride: 2, padding: 1, dilation: 2, groups: 2),
        ["Conv1d depthwise"] = () => Conv1d(4, 4, 5, groups: 4, bias: false),
        ["Conv1d reflect"] = () => Conv1d(3, 2, 3, padding: 2, padding_mode: PaddingModes.Reflect),
        ["Conv1d replicate"] = () => Conv1d(3, 2, 3, padding: 2, padding_mode: PaddingModes.Replicate),
        ["Conv1d circular"] = () => Conv1d(3, 2, 3, padding: 2, padding_mode: PaddingModes.Circular),
        ["Conv2d"] = () => Conv2d(3, 4, (3, 2), stride: (2, 1), padding: (1, 0), dilation: (1, 2)),
        ["Conv3d"] = () => Conv3d(2, 3, (3, 3, 1), stride: (1, 2, 1), padding: (1, 0, 0)),
        ["BatchNorm1d"] = () => BatchNorm1d(4),
        ["BatchNorm1d eval"] = () => BatchNorm1d(4),
        ["BatchNorm2d"] = () => BatchNorm2d(3, momentum: 0.3),
        ["BatchNorm3d"] = () => BatchNorm3d(2),
        ["LayerNorm"] = () => LayerNorm([3, 4]),
        ["GroupNorm"] = () => GroupNorm(2, 6),
        ["Linear"] = () => Linear(5, 3),
        ["Embedding"] = () => Embedding(7, 3, padding_idx: 2),
        ["GRU"] = () => GRU(4, 3, numLayers: 2, batchFirst: true, bidirectional: true),
        ["GRU state"] = () => GRU(4, 3),
        ["LSTM"] = () => LSTM(4, 3, numLayers: 2, bidirectional: true),
        ["LSTM state"] = () => LSTM(4, 3, batchFirst: true),
        ["ReLU"] = ReLU,
        ["ReLU6"] = ReLU6,
        ["LeakyReLU"] = () => LeakyReLU(0.2),
        ["ELU"] = () => ELU(0.7),
        ["GELU"] = GELU,
        ["SiLU"] = SiLU,
        ["Sigmoid"] = Sigmoid,
        ["Tanh"] = Tanh,
        ["Hardswish"] = Hardswish,
        ["Hardsigmoid"] = Hardsigmoid,
        ["GLU"] = () => GLU(1),
        ["Softmax"] = () => Softmax(1),
        ["LogSoftmax"] = () => LogSoftmax(1),
        ["PReLU"] = () => PReLU(4),
        ["MaxPool1d"] = () => MaxPool1d(3, 2, 1),
        ["MaxPool2d"] = () => MaxPool2d([2, 3], [2, 1]),
        ["MaxPool3d"] = () => MaxPool3d(2),
        ["AvgPool1d"] = () => AvgPool1d(3, 2, 1),
        ["AvgPool2d"] = () => AvgPool2d(2),
        ["AdaptiveAvgPool1d"] = () => AdaptiveAvgPool1d(4),
        ["AdaptiveAvgPool2d"] = () => AdaptiveAvgPool2d([2, 3]),
        ["AdaptiveAvgPool3d"] = () => AdaptiveAvgPool3d(1),
        ["Flatten"] = () => Flatten(),
        ["MultiheadAttention"] = () => MultiheadAttention(6, 2),
        ["MultiheadAttention masked"] = () => MultiheadAttention(6, 3),
    };

    public static TheoryData<string> Names => [.. Layers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Layer_gives_the_outputs_and_gradients_of_PyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var golden = Golden.Read("torch/layers.dat", name);
        using var module = Layers[name]();
        module.load_state_dict(golden.State);
        module.train(!name.EndsWith("eval", StringComparison.Ordinal));
        var inputs = golden.Inputs;
        golden.Check(inputs, Run(module, inputs), module);
    }

    [Fact]
    public void Every_golden_layer_is_tested()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(Golden.Read("torch/layers.dat").Keys.Select(key => key[..key.IndexOf('/')]).Distinct().Order(), Layers.Keys.Order());
    }

    private static Tensor[] Run(Module module, Tensor[] inputs)
    {
        switch (module)
        {
            case Module<Tensor, Tensor> plain:
                return [plain.call(inputs[0])];
            case GRU gru:
                var (output, state) = gru.call(inputs[0], inputs.ElementAtOrDefault(1));
                return [output, state];
            case LSTM lstm:
                var (sequence, hidden, cell) = lstm.call(inputs[0], inputs.Length > 1 ? (inputs[1], inputs[2]) : null);
                return [sequence, hidden, cell];
            case MultiheadAttention attention when inputs[1].dtype == ScalarType.Bool:
                var (masked, maskedWeights) = attention.call(inputs[0], inputs[0], inputs[0], key_padding_mask: inputs[1], attn_mask: inputs[2]);
                return [masked, maskedWeights!];
            case MultiheadAttention attention:
                var (attended, weights) = attention.call(inputs[0], inputs[1], inputs[2]);
                return [attended, weights!];
            default:
                throw new ArgumentException($"Expected a known kind of module, got {module.GetName()}.", nameof(module));
        }
    }
}
