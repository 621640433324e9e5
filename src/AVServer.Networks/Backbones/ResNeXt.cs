using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>Size of a <see cref="ResNeXt"/>.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Blocks">Blocks, stage by stage.</param>
/// <param name="Cardinality">Groups of every block's convolution.</param>
/// <param name="GroupWidth">Channels of a group in the first stage, twice as many in each next.</param>
/// <param name="Stem">Channels of the stem; the first stage has four times as many.</param>
public sealed record ResNeXtConfig(KeywordWindow Window, IReadOnlyList<int> Blocks, int Cardinality = 32, int GroupWidth = 4, int Stem = 64)
{
    /// <summary>ResNeXt-50 (32 × 4d), the paper's smallest.</summary>
    public static ResNeXtConfig Fifty(KeywordWindow window) => new(window, [3, 4, 6, 3]);

    /// <summary>A size of 200 k.</summary>
    public static ResNeXtConfig Small(KeywordWindow window) => new(window, [2, 2, 2], Cardinality: 8, GroupWidth: 4, Stem: 16);
}

/// <summary>A residual network whose blocks are divided into many alike: a grouped convolution.</summary>
/// <remarks>
/// Xie et al., "Aggregated Residual Transformations for Deep Neural Networks" (CVPR 2017, arXiv 1611.05431), §3, table 1, figure 3 (c).
/// </remarks>
public sealed class ResNeXt : WindowNetwork
{
    private readonly ConvNorm stem;
    private readonly Sequential blocks;
    private readonly Linear classifier;

    public ResNeXt(ResNeXtConfig config) : base(nameof(ResNeXt), config.Window)
    {
        stem = ConvNorm.OfPicture(1, config.Stem, kernel: 7, stride: 2);
        var (parts, width) = (new List<Module<Tensor, Tensor>>(), (long)config.Stem);
        for (var stage = 0; stage < config.Blocks.Count; stage++)
        {
            for (var block = 0; block < config.Blocks[stage]; block++)
            {
                var output = 4L * config.Stem << stage;
                var inside = (long)config.Cardinality * config.GroupWidth << stage;
                parts.Add(new AggregatedBlock(width, inside, output, stage > 0 && block == 0 ? 2 : 1, config.Cardinality));
                width = output;
            }
        }

        blocks = Sequential(parts);
        classifier = Linear(width, config.Window.Labels);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value frames) =>
        Picture(frames).Apply(stem).MaxPool(3, 2, 1).Apply(blocks).Mean(keep: false, 2, 3).Apply(classifier);
}

/// <summary>A block of <see cref="ResNeXt"/>: [B, in, H, W] → [B, out, H / stride, W / stride].</summary>
public sealed class AggregatedBlock : Layer
{
    private readonly ConvNorm compress;
    private readonly ConvNorm grouped;
    private readonly ConvNorm expand;
    private readonly ConvNorm? shortcut;

    internal AggregatedBlock(long input, long inside, long output, long stride, long groups) : base(nameof(AggregatedBlock))
    {
        compress = ConvNorm.OfPicture(input, inside);
        grouped = ConvNorm.OfPicture(inside, inside, kernel: 3, stride: stride, groups: groups);
        expand = ConvNorm.OfPicture(inside, output, function: null);
        shortcut = input == output ? null : ConvNorm.OfPicture(input, output, function: null, stride: stride);
        RegisterComponents();
    }

    public override Value Compute(Value x) =>
        (x.Apply(compress).Apply(grouped).Apply(expand) + (shortcut is null ? x : x.Apply(shortcut))).Relu();
}
