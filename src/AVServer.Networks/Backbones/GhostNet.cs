using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>Size of a <see cref="GhostNet"/>: the defaults are those of GhostNet 1.0×.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Multiplier">What the paper's channels are multiplied by.</param>
/// <param name="Head">Units before the classifier.</param>
public sealed record GhostNetConfig(KeywordWindow Window, double Multiplier = 1, int Head = 1280);

/// <summary>Half of the maps are computed, the other half are cheap ghosts of them.</summary>
/// <remarks>Han et al., "GhostNet: More Features from Cheap Operations" (CVPR 2020, arXiv 1911.11907), §3, table 1.</remarks>
public sealed class GhostNet : WindowNetwork
{
    private static readonly (int Kernel, int Expanded, int Output, bool Squeezes, int Stride)[] Blocks =
    [
        (3, 16, 16, false, 1), (3, 48, 24, false, 2), (3, 72, 24, false, 1), (5, 72, 40, true, 2), (5, 120, 40, true, 1),
        (3, 240, 80, false, 2), (3, 200, 80, false, 1), (3, 184, 80, false, 1), (3, 184, 80, false, 1), (3, 480, 112, true, 1),
        (3, 672, 112, true, 1), (5, 672, 160, true, 2), (5, 960, 160, false, 1), (5, 960, 160, true, 1), (5, 960, 160, false, 1),
        (5, 960, 160, true, 1),
    ];

    private readonly Sequential features;
    private readonly Linear head;
    private readonly Linear classifier;

    public GhostNet(GhostNetConfig config) : base(nameof(GhostNet), config.Window)
    {
        var width = Width(16);
        var parts = new List<Module<Tensor, Tensor>> { ConvNorm.OfPicture(1, width, kernel: 3, stride: 2) };
        foreach (var (kernel, expanded, output, squeezes, stride) in Blocks)
        {
            parts.Add(new GhostBottleneck(width, Width(expanded), Width(output), kernel, stride, squeezes));
            width = Width(output);
        }

        parts.Add(ConvNorm.OfPicture(width, Width(960)));
        features = Sequential(parts);
        head = Linear(Width(960), config.Head);
        classifier = Linear(config.Head, config.Window.Labels);
        RegisterComponents();

        long Width(int channels) => Math.Max(4, (long)((channels * config.Multiplier) + 2) / 4 * 4);
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value frames) =>
        Picture(frames).Apply(features).Mean(keep: false, 2, 3).Apply(head).Relu().Apply(classifier);
}

/// <summary>A block of <see cref="GhostNet"/>: one ghost module widens, another narrows, beside a residual.</summary>
public sealed class GhostBottleneck : Layer
{
    private readonly GhostModule expand;
    private readonly ConvNorm? depthwise;
    private readonly SqueezeExcite? weigh;
    private readonly GhostModule project;
    private readonly Sequential? shortcut;

    internal GhostBottleneck(long input, long expanded, long output, long kernel, long stride, bool squeezes)
        : base(nameof(GhostBottleneck))
    {
        expand = new GhostModule(input, expanded, Function.Relu);
        depthwise = stride == 1 ? null : ConvNorm.OfPicture(expanded, expanded, kernel, function: null, stride, groups: expanded);
        weigh = squeezes ? new SqueezeExcite(expanded, Math.Max(4, (expanded / 4) + 2) / 4 * 4, Function.HardSigmoid) : null;
        project = new GhostModule(expanded, output, function: null);
        shortcut = stride == 1 && input == output ? null : Sequential(
            ConvNorm.OfPicture(input, input, kernel, function: null, stride, groups: input),
            ConvNorm.OfPicture(input, output, function: null));
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var hidden = x.Apply(expand);
        if (depthwise is not null) hidden = hidden.Apply(depthwise);
        if (weigh is not null) hidden = hidden.Apply(weigh);
        return hidden.Apply(project) + (shortcut is null ? x : x.Apply(shortcut));
    }
}

/// <summary>Maps of a pointwise convolution, and beside each its ghost, by a depthwise one.</summary>
public sealed class GhostModule : Layer
{
    private readonly ConvNorm primary;
    private readonly ConvNorm cheap;

    internal GhostModule(long input, long output, Function? function) : base(nameof(GhostModule))
    {
        primary = ConvNorm.OfPicture(input, output / 2, function: function);
        cheap = ConvNorm.OfPicture(output / 2, output / 2, kernel: 3, function, groups: output / 2);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var maps = x.Apply(primary);
        return maps.Concat(1, maps.Apply(cheap));
    }
}
