using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>What a paper puts in the place of a 3 × 3 convolution: [B, in, H, W] → [B, out, H / stride, W / stride].</summary>
internal delegate Layer SwappedConvolution(long input, long output, long stride);

/// <summary>A small residual network, whose convolutions are swapped for those of papers that swap nothing else.</summary>
/// <remarks>
/// He et al., "Deep Residual Learning for Image Recognition" (CVPR 2016, arXiv 1512.03385), §3.3: three stages of two blocks of two
/// convolutions, the channels chosen to fit 250 k parameters.
/// </remarks>
public sealed class SwappedResNet : WindowNetwork
{
    private readonly ConvNorm stem;
    private readonly Sequential blocks;
    private readonly Linear classifier;

    internal SwappedResNet(KeywordWindow window, IReadOnlyList<int> widths, SwappedConvolution convolution)
        : base(nameof(SwappedResNet), window)
    {
        stem = ConvNorm.OfPicture(1, widths[0], kernel: 3, stride: 2);
        var (parts, width) = (new List<Module<Tensor, Tensor>>(), (long)widths[0]);
        foreach (var output in widths)
        {
            parts.Add(new SwappedBlock(width, output, stride: width == output ? 1 : 2, convolution));
            parts.Add(new SwappedBlock(output, output, stride: 1, convolution));
            width = output;
        }

        blocks = Sequential(parts);
        classifier = Linear(width, window.Labels);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value frames) => Picture(frames).Apply(stem).Apply(blocks).Mean(keep: false, 2, 3).Apply(classifier);
}

/// <summary>A block of <see cref="SwappedResNet"/>.</summary>
public sealed class SwappedBlock : Layer
{
    private readonly Layer convolution1;
    private readonly BatchNorm2d norm1;
    private readonly Layer convolution2;
    private readonly BatchNorm2d norm2;
    private readonly ConvNorm? shortcut;

    internal SwappedBlock(long input, long output, long stride, SwappedConvolution convolution) : base(nameof(SwappedBlock))
    {
        convolution1 = convolution(input, output, stride);
        norm1 = BatchNorm2d(output);
        convolution2 = convolution(output, output, 1);
        norm2 = BatchNorm2d(output);
        shortcut = stride == 1 && input == output ? null : ConvNorm.OfPicture(input, output, function: null, stride: stride);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var hidden = x.Apply(convolution1).Apply(norm1).Relu().Apply(convolution2).Apply(norm2);
        return (hidden + (shortcut is null ? x : x.Apply(shortcut))).Relu();
    }
}
