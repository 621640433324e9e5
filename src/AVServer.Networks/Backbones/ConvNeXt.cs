using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>Size of a <see cref="ConvNeXt"/>.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Widths">Channels, stage by stage.</param>
/// <param name="Blocks">Blocks, stage by stage.</param>
/// <param name="Patch">Places of the picture, in either direction, that the stem joins to one.</param>
public sealed record ConvNeXtConfig(KeywordWindow Window, IReadOnlyList<int> Widths, IReadOnlyList<int> Blocks, int Patch = 4)
{
    /// <summary>ConvNeXt-T, the paper's smallest.</summary>
    public static ConvNeXtConfig Tiny(KeywordWindow window) => new(window, [96, 192, 384, 768], [3, 3, 9, 3]);

    /// <summary>A size of 200 k.</summary>
    public static ConvNeXtConfig Small(KeywordWindow window) => new(window, [24, 48, 96], [2, 2, 2]);
}

/// <summary>A convolutional network in the form of a transformer: large depthwise kernels, norms of the layer, few functions.</summary>
/// <remarks>Liu et al., "A ConvNet for the 2020s" (CVPR 2022, arXiv 2201.03545), §2, figure 4, table 9.</remarks>
public sealed class ConvNeXt : WindowNetwork
{
    private readonly ModuleList<Conv2d> reductions;
    private readonly ModuleList<LayerNorm> reductionNorms;
    private readonly ModuleList<Sequential> stages;
    private readonly LayerNorm norm;
    private readonly Linear classifier;

    public ConvNeXt(ConvNeXtConfig config) : base(nameof(ConvNeXt), config.Window)
    {
        (reductions, reductionNorms, stages) = (ModuleList<Conv2d>(), ModuleList<LayerNorm>(), ModuleList<Sequential>());
        for (var stage = 0; stage < config.Widths.Count; stage++)
        {
            var (width, before, patch) = (config.Widths[stage], stage == 0 ? 1 : config.Widths[stage - 1], stage == 0 ? config.Patch : 2);
            reductions.Add(Conv2d(before, width, patch, stride: patch));
            reductionNorms.Add(LayerNorm(stage == 0 ? width : before, eps: 1e-6));
            stages.Add(Sequential(
                Enumerable.Range(0, config.Blocks[stage]).Select(_ => (Module<Tensor, Tensor>)new ConvNeXtBlock(width))));
        }

        norm = LayerNorm(config.Widths[^1], eps: 1e-6);
        classifier = Linear(config.Widths[^1], config.Window.Labels);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value frames)
    {
        var x = OverChannels(Picture(frames).Apply(reductions[0]), reductionNorms[0]).Apply(stages[0]);
        for (var stage = 1; stage < stages.Count; stage++)
            x = OverChannels(x, reductionNorms[stage]).Apply(reductions[stage]).Apply(stages[stage]);
        return x.Mean(keep: false, 2, 3).Apply(norm).Apply(classifier);
    }

    private static Value OverChannels(Value x, LayerNorm norm) => x.Permute(0, 2, 3, 1).Apply(norm).Permute(0, 3, 1, 2);
}

/// <summary>A block of <see cref="ConvNeXt"/>: 7 × 7 of each channel, then two layers over the channels, beside a residual.</summary>
public sealed class ConvNeXtBlock : Layer
{
    private const double FirstScale = 1e-6;

    private readonly Conv2d depthwise;
    private readonly LayerNorm norm;
    private readonly Linear expand;
    private readonly Linear contract;
    private readonly Parameter scale;

    internal ConvNeXtBlock(long width) : base(nameof(ConvNeXtBlock))
    {
        depthwise = Conv2d(width, width, 7, padding: 3, groups: width);
        norm = LayerNorm(width, eps: 1e-6);
        expand = Linear(width, 4 * width);
        contract = Linear(4 * width, width);
        scale = Parameter(full([width], FirstScale));
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var hidden = x.Apply(depthwise).Permute(0, 2, 3, 1).Apply(norm).Apply(expand).Gelu().Apply(contract);
        return x + (hidden * scale).Permute(0, 3, 1, 2);
    }
}
