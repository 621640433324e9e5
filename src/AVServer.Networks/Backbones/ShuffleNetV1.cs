using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>Size of a <see cref="ShuffleNetV1"/>.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Groups">Groups of the pointwise convolutions.</param>
/// <param name="Width">Channels of the second stage, twice and four times as many in the next: 240 with 3 groups is the paper's 1×.</param>
public sealed record ShuffleNetV1Config(KeywordWindow Window, int Groups = 3, int Width = 120);

/// <summary>Pointwise convolutions in groups, whose channels are shuffled so that groups hear of each other.</summary>
/// <remarks>
/// Zhang et al., "ShuffleNet: An Extremely Efficient Convolutional Neural Network for Mobile Devices" (CVPR 2018, arXiv 1707.01083), §3,
/// table 1, figure 2. What differs: the shortcut that halves a picture takes means of 2 × 2, not of 3 × 3, places.
/// </remarks>
public sealed class ShuffleNetV1 : WindowNetwork
{
    private const int Stem = 24;

    private readonly ConvNorm stem;
    private readonly Sequential stages;
    private readonly Linear classifier;

    public ShuffleNetV1(ShuffleNetV1Config config) : base(nameof(ShuffleNetV1), config.Window)
    {
        stem = ConvNorm.OfPicture(1, Stem, kernel: 3, stride: 2);
        var parts = new List<Module<Tensor, Tensor>>();
        var width = (long)Stem;
        foreach (var (blocks, output) in new[] { (4, config.Width), (8, 2 * config.Width), (4, 4 * config.Width) })
        {
            for (var block = 0; block < blocks; block++)
            {
                parts.Add(new ShuffleUnitV1(width, output, block == 0 ? 2 : 1, config.Groups, isFirst: width == Stem));
                width = output;
            }
        }

        stages = Sequential(parts);
        classifier = Linear(width, config.Window.Labels);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value frames) =>
        Picture(frames).Apply(stem).MaxPool(3, 2, 1).Apply(stages).Mean(keep: false, 2, 3).Apply(classifier);
}

/// <summary>A unit of <see cref="ShuffleNetV1"/>: beside a residual, or where it halves the picture beside its means.</summary>
public sealed class ShuffleUnitV1 : Layer
{
    private readonly ConvNorm compress;
    private readonly ConvNorm depthwise;
    private readonly ConvNorm expand;
    private readonly long _groups;
    private readonly bool _halves;

    internal ShuffleUnitV1(long input, long output, long stride, long groups, bool isFirst) : base(nameof(ShuffleUnitV1))
    {
        (_groups, _halves) = (groups, stride == 2);
        var inside = output / 4 / groups * groups;
        // Few channels come from the stem: they are not divided into groups.
        compress = ConvNorm.OfPicture(input, inside, groups: isFirst ? 1 : groups);
        depthwise = ConvNorm.OfPicture(inside, inside, kernel: 3, function: null, stride, groups: inside);
        expand = ConvNorm.OfPicture(inside, _halves ? output - input : output, function: null, groups: groups);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var seen = x.Apply(compress).Shuffle(_groups).Apply(depthwise).Apply(expand);
        if (!_halves) return (x + seen).Relu();
        return x.Halved().Concat(1, seen).Relu();
    }
}
