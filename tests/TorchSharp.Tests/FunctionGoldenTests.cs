using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

namespace TorchSharp.Tests;

[Trait("Category", "golden")]
public sealed class FunctionGoldenTests
{
    private static readonly Dictionary<string, Func<Tensor, Tensor[], Tensor>> Losses = new()
    {
        ["binary_cross_entropy"] = (x, given) => binary_cross_entropy(x, given[0]),
        ["binary_cross_entropy_with_logits"] = (x, given) => BCEWithLogitsLoss().call(x, given[0]),
        ["binary_cross_entropy_with_logits weighted"] = (x, given) => binary_cross_entropy_with_logits(x, given[0], given[1], Reduction.Sum, given[2]),
        ["cross_entropy"] = (x, given) => CrossEntropyLoss().call(x, given[0]),
        ["cross_entropy smoothed"] = (x, given) => cross_entropy(x, given[0], given[1], label_smoothing: 0.1),
        ["nll_loss"] = (x, given) => NLLLoss().call(x, given[0]),
        ["mse_loss"] = (x, given) => MSELoss().call(x, given[0]),
        ["mse_loss unreduced"] = (x, given) => mse_loss(x, given[0], Reduction.None),
        ["l1_loss"] = (x, given) => L1Loss().call(x, given[0]),
        ["smooth_l1_loss"] = (x, given) => SmoothL1Loss(beta: 0.5).call(x, given[0]),
        ["huber_loss"] = (x, given) => huber_loss(x, given[0], 0.5),
        ["kl_div"] = (x, given) => KLDivLoss(log_target: false, Reduction.Sum).call(x, given[0]),
    };

    private static readonly Dictionary<string, Func<Tensor[], Tensor[]>> Functions = new()
    {
        ["normalize"] = x => [normalize(x[0], dim: 1)],
        ["cosine_similarity"] = x => [cosine_similarity(x[0], x[1])],
        ["pad constant"] = x => [pad(x[0], [1, 2, 0, 1], value: 0.5)],
        ["pad reflect"] = x => [pad(x[0], [2, 1], PaddingModes.Reflect)],
        ["attention"] = x => [scaled_dot_product_attention(x[0], x[1], x[2])],
        ["attention causal"] = x => [scaled_dot_product_attention(x[0], x[1], x[2], is_casual: true)],
        ["index"] = x => [x[0][TensorIndex.Colon, tensor(new long[] { 3, 0, 3 }), TensorIndex.Slice(1, 4, 2)]],
        ["index mask"] = x => [x[0][x[0] > 0]],
        ["index ellipsis"] = x => [x[0][TensorIndex.Ellipsis, ^2, TensorIndex.None]],
        ["gather"] = x => [x[0].gather(1, tensor(new long[,] { { 0, 2 }, { 1, 1 } }))],
        ["where"] = x => [where(x[0] > x[1], x[0], x[1] * 2)],
        ["std and var"] = x => [x[0].std(1), x[0].var()],
        ["max and topk"] = x => [x[0].max(1).values, x[0].topk(2, 0).values],
        ["logsumexp and cumsum"] = x => [x[0].logsumexp(1), x[0].cumsum(0)],
        ["norms"] = x => [x[0].norm(), x[0].norm(1, p: 2)],
        ["einsum"] = x => [einsum("bij,bkj->bik", x[0], x[1])],
        ["arithmetic"] = x => [((2 - x[0]) * x[1] / (1 + (x[0] * x[0]))) - (3 / ((x[1] * x[1]) + 1)) + (-x[0]).pow(3)],
        ["shapes"] = x => [cat([x[0].flip(1), x[0].roll(1, 0)], 1).unfold(1, 3, 2).permute(2, 0, 1)],
    };

    public static TheoryData<string> LossNames => [.. Losses.Keys];

    public static TheoryData<string> FunctionNames => [.. Functions.Keys];

    [Theory]
    [MemberData(nameof(LossNames))]
    public void Loss_gives_the_value_and_gradient_of_PyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var golden = Golden.Read("torch/losses.dat", name);
        var inputs = golden.Inputs;
        golden.Check(inputs, [Losses[name](inputs[0], golden.Given)]);
    }

    [Theory]
    [MemberData(nameof(FunctionNames))]
    public void Function_gives_the_values_and_gradients_of_PyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var golden = Golden.Read("torch/functions.dat", name);
        var inputs = golden.Inputs;
        golden.Check(inputs, Functions[name](inputs));
    }
}
