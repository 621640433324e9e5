using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Size of a <see cref="DsCnn"/>: the defaults are those of DS-CNN S.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Width">Channels: 64, 172 for M, 276 for L.</param>
/// <param name="Blocks">Depthwise separable convolutions: 4, 5 for L.</param>
/// <param name="FrequencyStride">Values from one place to the next.</param>
/// <param name="TimeStride">Frames from one place to the next: 2, 1 for M and L, which halve both axes in their first block.</param>
/// <param name="BlockStride">Stride of the first block: 1, 2 for M and L.</param>
public sealed record DsCnnConfig(
    KeywordWindow Window, int Width = 64, int Blocks = 4, int FrequencyStride = 2, int TimeStride = 2, int BlockStride = 1);

/// <summary>Keyword network of a window: one convolution, then depthwise separable ones, whose mean is judged.</summary>
/// <remarks>
/// Zhang, Suda, Lai, Chandra: "Hello Edge: Keyword Spotting on Microcontrollers" (arXiv 1711.07128), §3.3 and appendix A. Convolutions
/// have a bias beside their batch norm, as in the authors' implementation. What differs: even kernels have as many zeros on either side.
/// </remarks>
public sealed class DsCnn : WindowNetwork
{
    private readonly ConvNorm stem;
    private readonly Sequential blocks;
    private readonly Linear classifier;

    public DsCnn(DsCnnConfig config) : base(nameof(DsCnn), config.Window)
    {
        var width = config.Width;
        stem = ConvNorm.OfPicture(1, width, kernel: (4, 10), (config.FrequencyStride, config.TimeStride), bias: true);
        blocks = Sequential(Enumerable.Range(0, config.Blocks).SelectMany(block => Separable(width, block == 0 ? config.BlockStride : 1)));
        classifier = Linear(width, config.Window.Labels);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value features)
    {
        var x = Picture(features).Apply(stem).Apply(blocks);                                      // [B, C, F', T']
        return x.Mean(keep: false, 2, 3).Apply(classifier);
    }

    private static Module<Tensor, Tensor>[] Separable(long width, long stride) =>
    [
        ConvNorm.OfPicture(width, width, (3, 3), (stride, stride), groups: width, bias: true),
        ConvNorm.OfPicture(width, width, (1, 1), (1, 1), bias: true),
    ];
}
