using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>Size of an <see cref="Xception"/>: the defaults are the paper's.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Multiplier">What the paper's channels are multiplied by.</param>
/// <param name="Middle">Blocks of the middle flow.</param>
public sealed record XceptionConfig(KeywordWindow Window, double Multiplier = 1, int Middle = 8);

/// <summary>Channels and places are convolved apart throughout, in residual blocks of an entry, a middle and an exit flow.</summary>
/// <remarks>
/// Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions" (CVPR 2017, arXiv 1610.02357), §4, figure 5. What differs:
/// the first convolutions keep the picture's borders.
/// </remarks>
public sealed class Xception : WindowNetwork
{
    private readonly Sequential features;
    private readonly Linear classifier;

    public Xception(XceptionConfig config) : base(nameof(Xception), config.Window)
    {
        var parts = new List<Module<Tensor, Tensor>>
        {
            ConvNorm.OfPicture(1, Width(32), kernel: 3, stride: 2), ConvNorm.OfPicture(Width(32), Width(64), kernel: 3),
            new XceptionBlock([Width(64), Width(128), Width(128)], halves: true, isFirst: true),
            new XceptionBlock([Width(128), Width(256), Width(256)], halves: true),
            new XceptionBlock([Width(256), Width(728), Width(728)], halves: true),
        };
        for (var block = 0; block < config.Middle; block++)
            parts.Add(new XceptionBlock([Width(728), Width(728), Width(728), Width(728)], halves: false));
        parts.Add(new XceptionBlock([Width(728), Width(728), Width(1024)], halves: true));
        parts.AddRange(XceptionBlock.Separable(Width(1024), Width(1536), Function.Relu));
        parts.AddRange(XceptionBlock.Separable(Width(1536), Width(2048), Function.Relu));
        features = Sequential(parts);
        classifier = Linear(Width(2048), config.Window.Labels);
        RegisterComponents();

        long Width(int channels) => config.Multiplier == 1 ? channels : Channels.Scaled(channels, config.Multiplier);
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value frames) => Picture(frames).Apply(features).Mean(keep: false, 2, 3).Apply(classifier);
}

/// <summary>A block of <see cref="Xception"/>: separable convolutions, each behind a ReLU, beside a residual.</summary>
public sealed class XceptionBlock : Layer
{
    private readonly ModuleList<Sequential> convolutions;
    private readonly ConvNorm? shortcut;
    private readonly bool _startsPlain;

    internal XceptionBlock(long[] widths, bool halves, bool isFirst = false) : base(nameof(XceptionBlock))
    {
        _startsPlain = isFirst;
        convolutions = ModuleList(
            [.. widths.Zip(widths.Skip(1), (input, output) => Sequential(Separable(input, output, function: null)))]);
        shortcut = halves ? ConvNorm.OfPicture(widths[0], widths[^1], function: null, stride: 2) : null;
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var hidden = x;
        for (var i = 0; i < convolutions.Count; i++) hidden = (i == 0 && _startsPlain ? hidden : hidden.Relu()).Apply(convolutions[i]);
        return shortcut is null ? x + hidden : x.Apply(shortcut) + hidden.MaxPool(3, 2, 1);
    }

    /// <summary>A convolution of each channel, and one over the channels.</summary>
    internal static Module<Tensor, Tensor>[] Separable(long input, long output, Function? function) =>
    [
        Conv2d(input, input, 3, padding: 1, groups: input, bias: false),
        ConvNorm.OfPicture(input, output, function: function),
    ];
}
