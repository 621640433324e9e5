using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>A grouped convolution whose groups share one set of filters.</summary>
/// <remarks>
/// Wang, Yu: "Tied Block Convolution: Leaner and Better CNNs with Shared Thinner Filters" (AAAI 2021, arXiv 2009.12021), §3.
/// </remarks>
public sealed class TiedBlockConv : Layer
{
    private readonly Conv2d shared;
    private readonly long _blocks;
    private readonly long _stride;

    internal TiedBlockConv(long input, long output, long stride, long blocks = 2) : base(nameof(TiedBlockConv))
    {
        (_blocks, _stride) = (blocks, stride);
        shared = Conv2d(input / blocks, output / blocks, 3, stride: stride, padding: 1, bias: false);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        // The groups are clips of a batch to the filters that they share.
        var (channels, height, width) = (x.Length(1), x.Length(2), x.Length(3));
        var each = x.Reshape(-1, channels / _blocks, height, width).Apply(shared);
        return each.Reshape(-1, each.Length(1) * _blocks, (height + _stride - 1) / _stride, (width + _stride - 1) / _stride);
    }
}
