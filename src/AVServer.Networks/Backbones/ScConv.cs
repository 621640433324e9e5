using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>
/// Takes redundancy out of a picture before it is convolved: places that say little are crossed with those that say much, then one half
/// of the channels is looked at closely, the other hardly.
/// </summary>
/// <remarks>
/// Li, Wen, He: "SCConv: Spatial and Channel Reconstruction Convolution for Feature Redundancy" (CVPR 2023), §3, figures 2 and 3, with the
/// paper's split of a half, squeeze of 2 and 2 groups. What differs: where the picture is halved, its means are taken between the two
/// units, as the paper tells no stride.
/// </remarks>
public sealed class ScConv : Layer
{
    private readonly SpatialReconstruction spatial;
    private readonly ChannelReconstruction channel;
    private readonly bool _halves;

    internal ScConv(long input, long output, long stride) : base(nameof(ScConv))
    {
        _halves = stride == 2;
        spatial = new SpatialReconstruction(input);
        channel = new ChannelReconstruction(input, output);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var refined = x.Apply(spatial);
        return (_halves ? refined.Halved() : refined).Apply(channel);
    }
}

/// <summary>The first unit: what a group norm's scales take for informative is kept apart from the rest, and both are crossed.</summary>
public sealed class SpatialReconstruction : Layer
{
    private const int Groups = 16;
    private const double Threshold = 0.5;

    private readonly GroupNorm norm;
    private readonly long _half;

    internal SpatialReconstruction(long channels) : base(nameof(SpatialReconstruction))
    {
        _half = channels / 2;
        norm = Norms.OfGroups(Groups, channels);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var scale = norm.weight!;
        var weights = (x.Apply(norm) * (scale / scale.sum()).reshape(-1, 1, 1)).Sigmoid();        // [B, C, H, W]
        var isInformative = weights.IsAbove(Threshold);
        var informative = x * isInformative.Choose((weights * 0) + 1, weights);
        var rest = x * isInformative.Choose(weights * 0, weights);
        return (Half(informative, 0) + Half(rest, 1)).Concat(1, Half(informative, 1) + Half(rest, 0));

        Value Half(Value picture, int which) => picture.Narrow(1, which * _half, _half);
    }
}

/// <summary>
/// The second unit: one half of the channels through a grouped and a pointwise convolution, the other through a pointwise one beside
/// itself; how loud each is weighs both.
/// </summary>
public sealed class ChannelReconstruction : Layer
{
    private const int Squeeze = 2;
    private const int Groups = 2;

    private readonly Conv2d squeezeUpper;
    private readonly Conv2d squeezeLower;
    private readonly Conv2d grouped;
    private readonly Conv2d pointwise;
    private readonly Conv2d cheap;
    private readonly long _upper;
    private readonly long _lower;

    internal ChannelReconstruction(long input, long output) : base(nameof(ChannelReconstruction))
    {
        (_upper, _lower) = (input / 2, input - (input / 2));
        squeezeUpper = Conv2d(_upper, _upper / Squeeze, 1, bias: false);
        squeezeLower = Conv2d(_lower, _lower / Squeeze, 1, bias: false);
        grouped = Conv2d(_upper / Squeeze, output, 3, padding: 1, groups: Groups);
        pointwise = Conv2d(_upper / Squeeze, output, 1, bias: false);
        cheap = Conv2d(_lower / Squeeze, output - (_lower / Squeeze), 1, bias: false);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var (upper, lower) = (x.Narrow(1, 0, _upper).Apply(squeezeUpper), x.Narrow(1, _upper, _lower).Apply(squeezeLower));
        var rich = upper.Apply(grouped) + upper.Apply(pointwise);
        var reused = lower.Apply(cheap).Concat(1, lower);
        var shares = rich.Mean(keep: true, 2, 3).Concat(3, reused.Mean(keep: true, 2, 3)).Softmax(3);                 // [B, C, 1, 2]
        return (rich * shares.Narrow(3, 0, 1)) + (reused * shares.Narrow(3, 1, 1));
    }
}
