using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>Size of a <see cref="MobileNetV4"/>: the defaults are those of MobileNetV4-Conv-Small.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Multiplier">What the paper's channels are multiplied by.</param>
/// <param name="Hidden">Channels before the mean.</param>
/// <param name="Head">Channels before the classifier.</param>
/// <param name="Attends">Whether a block of attention stands behind the last one of convolutions, as in the hybrid sizes.</param>
public sealed record MobileNetV4Config(
    KeywordWindow Window, double Multiplier = 1, int Hidden = 960, int Head = 1280, bool Attends = false);

/// <summary>One kind of block for all: an inverted bottleneck with a depthwise convolution before it, within it, both or neither.</summary>
/// <remarks>
/// Qin et al., "MobileNetV4: Universal Models for the Mobile Ecosystem" (ECCV 2024, arXiv 2404.10518), §3 (universal inverted bottleneck),
/// §4 (mobile multi-query attention), table 11.
/// </remarks>
public sealed class MobileNetV4 : WindowNetwork
{
    private static readonly (int Before, int Within, int Stride, int Expansion, int Output)[] Blocks =
    [
        (5, 5, 2, 3, 96), (0, 3, 1, 2, 96), (0, 3, 1, 2, 96), (0, 3, 1, 2, 96), (0, 3, 1, 2, 96), (3, 0, 1, 4, 96),
        (3, 3, 2, 6, 128), (5, 5, 1, 4, 128), (0, 5, 1, 4, 128), (0, 5, 1, 3, 128), (0, 3, 1, 4, 128), (0, 3, 1, 4, 128),
    ];

    private readonly Sequential features;
    private readonly ConvNorm head;
    private readonly Linear classifier;

    public MobileNetV4(MobileNetV4Config config) : base(nameof(MobileNetV4), config.Window)
    {
        var parts = new List<Module<Tensor, Tensor>>
        {
            ConvNorm.OfPicture(1, Width(32), kernel: 3, stride: 2),
            ConvNorm.OfPicture(Width(32), Width(32), kernel: 3, stride: 2), ConvNorm.OfPicture(Width(32), Width(32)),
            ConvNorm.OfPicture(Width(32), Width(96), kernel: 3, stride: 2), ConvNorm.OfPicture(Width(96), Width(64)),
        };
        var width = Width(64);
        foreach (var (before, within, stride, expansion, output) in Blocks)
        {
            parts.Add(new UniversalInvertedBottleneck(width, Channels.Scaled(width, expansion), Width(output), before, within, stride));
            width = Width(output);
        }

        if (config.Attends) parts.Add(new MobileMultiQueryAttention(width, heads: 4, dim: 16));
        parts.Add(ConvNorm.OfPicture(width, config.Hidden));
        features = Sequential(parts);
        head = ConvNorm.OfPicture(config.Hidden, config.Head);
        classifier = Linear(config.Head, config.Window.Labels);
        RegisterComponents();

        long Width(int channels) => Channels.Scaled(channels, config.Multiplier);
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value frames) =>
        Picture(frames).Apply(features).Mean(keep: true, 2, 3).Apply(head).Squeeze(3).Squeeze(2).Apply(classifier);
}

/// <summary>A block of <see cref="MobileNetV4"/> (UIB, figure 4): [B, in, H, W] → [B, out, H / stride, W / stride].</summary>
public sealed class UniversalInvertedBottleneck : Layer
{
    private readonly ConvNorm? before;
    private readonly ConvNorm expand;
    private readonly ConvNorm? within;
    private readonly ConvNorm project;
    private readonly bool _isResidual;

    internal UniversalInvertedBottleneck(long input, long expanded, long output, int beforeKernel, int withinKernel, long stride)
        : base(nameof(UniversalInvertedBottleneck))
    {
        _isResidual = stride == 1 && input == output;
        before = beforeKernel == 0 ? null
            : ConvNorm.OfPicture(input, input, beforeKernel, function: null, withinKernel == 0 ? stride : 1, groups: input);
        expand = ConvNorm.OfPicture(input, expanded);
        within = withinKernel == 0 ? null : ConvNorm.OfPicture(expanded, expanded, withinKernel, stride: stride, groups: expanded);
        project = ConvNorm.OfPicture(expanded, output, function: null);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var hidden = (before is null ? x : x.Apply(before)).Apply(expand);
        var projected = (within is null ? hidden : hidden.Apply(within)).Apply(project);
        return _isResidual ? x + projected : projected;
    }
}

/// <summary>Attention of <see cref="MobileNetV4"/>'s hybrid sizes: one key and one value for all heads' queries; [B, C, H, W].</summary>
public sealed class MobileMultiQueryAttention : Layer
{
    private readonly BatchNorm2d norm;
    private readonly Conv2d query;
    private readonly Conv2d key;
    private readonly Conv2d value;
    private readonly Conv2d output;
    private readonly long _heads;
    private readonly long _dim;

    internal MobileMultiQueryAttention(long channels, long heads, long dim) : base(nameof(MobileMultiQueryAttention))
    {
        (_heads, _dim) = (heads, dim);
        norm = BatchNorm2d(channels);
        query = Conv2d(channels, heads * dim, 1, bias: false);
        key = Conv2d(channels, dim, 1, bias: false);
        value = Conv2d(channels, dim, 1, bias: false);
        output = Conv2d(heads * dim, channels, 1, bias: false);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var (height, width) = (x.Length(2), x.Length(3));
        var (normal, places) = (x.Apply(norm), height * width);
        var queries = normal.Apply(query).Reshape(-1, _heads, _dim, places).Transpose(2, 3);      // [B, heads, H · W, d]
        var keys = normal.Apply(key).Reshape(-1, 1, _dim, places);                                // [B, 1, d, H · W]
        var values = normal.Apply(value).Reshape(-1, 1, _dim, places).Transpose(2, 3);            // [B, 1, H · W, d]
        var shares = (queries.MatMul(keys) / Math.Sqrt(_dim)).Softmax(3);                         // [B, heads, H · W, H · W]
        var heard = shares.MatMul(values).Transpose(2, 3).Reshape(-1, _heads * _dim, height, width);
        return x + heard.Apply(output);
    }
}
