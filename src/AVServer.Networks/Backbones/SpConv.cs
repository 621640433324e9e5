using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>
/// Half of the channels stand for all and are seen by 3 × 3 kernels, the others by 1 × 1; how loud each half is weighs both.
/// </summary>
/// <remarks>
/// Zhang et al., "Split to Be Slim: An Overlooked Redundancy in Vanilla Convolution" (IJCAI 2020, arXiv 2006.12085), §3, figure 3.
/// </remarks>
public sealed class SpConv : Layer
{
    private readonly Conv2d grouped;
    private readonly Conv2d pointwise;
    private readonly Conv2d rest;
    private readonly long _half;

    internal SpConv(long input, long output, long stride, long groups = 2) : base(nameof(SpConv))
    {
        _half = input / 2;
        grouped = Conv2d(_half, output, 3, stride: stride, padding: 1, groups: groups, bias: false);
        pointwise = Conv2d(_half, output, 1, stride: stride, bias: false);
        rest = Conv2d(input - _half, output, 1, stride: stride, bias: false);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var kept = x.Narrow(1, 0, _half);
        var representative = kept.Apply(grouped) + kept.Apply(pointwise);
        var redundant = x.Narrow(1, _half, x.Length(1) - _half).Apply(rest);
        var shares = representative.Mean(keep: true, 2, 3).Concat(3, redundant.Mean(keep: true, 2, 3)).Softmax(3);    // [B, C, 1, 2]
        return (representative * shares.Narrow(3, 0, 1)) + (redundant * shares.Narrow(3, 1, 1));
    }
}
