using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>A convolution each of whose filters is 3 × 3 for one channel in P, and 1 × 1 for the others.</summary>
/// <remarks>
/// Singh et al., "HetConv: Heterogeneous Kernel-Based Convolutions for Deep CNNs" (CVPR 2019, arXiv 1903.04120), §3. What differs: the
/// 1 × 1 kernels stand for all channels beside those of 3 × 3, so that both are convolutions that runtimes know, one of them in P groups.
/// </remarks>
public sealed class HetConv : Layer
{
    private readonly Conv2d spatial;
    private readonly Conv2d pointwise;

    internal HetConv(long input, long output, long stride, long parts = 4) : base(nameof(HetConv))
    {
        spatial = Conv2d(input, output, 3, stride: stride, padding: 1, groups: parts, bias: false);
        pointwise = Conv2d(input, output, 1, stride: stride, bias: false);
        RegisterComponents();
    }

    public override Value Compute(Value x) => x.Apply(spatial) + x.Apply(pointwise);
}
