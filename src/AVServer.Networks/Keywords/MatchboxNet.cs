using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Size of a <see cref="MatchboxNet"/>: the defaults are those of MatchboxNet-3×2×64.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Blocks">Blocks B, with kernels 13, 15, 17….</param>
/// <param name="SubBlocks">Sub-blocks R of each.</param>
/// <param name="Width">Channels C.</param>
/// <param name="Dropout">Share of values dropped in training.</param>
public sealed record MatchboxNetConfig(KeywordWindow Window, int Blocks = 3, int SubBlocks = 2, int Width = 64, double Dropout = 0.1);

/// <summary>Keyword network of a window: residual blocks of time-channel separable convolutions.</summary>
/// <remarks>
/// Majumdar, Ginsburg: "MatchboxNet: 1D Time-Channel Separable Convolutional Neural Network Architecture for Speech Commands Recognition"
/// (Interspeech 2020, arXiv 2004.08531), §2, table 1.
/// </remarks>
public sealed class MatchboxNet : WindowNetwork
{
    private readonly Sequential prologue;
    private readonly Sequential blocks;
    private readonly Sequential epilogue;
    private readonly Linear classifier;

    public MatchboxNet(MatchboxNetConfig config) : base(nameof(MatchboxNet), config.Window)
    {
        var width = config.Width;
        prologue = Sequential(Separable(config.Window.Values, 128, kernel: 11));
        blocks = Sequential(Enumerable.Range(0, config.Blocks).Select(block =>
            (Module<Tensor, Tensor>)new MatchboxBlock(block == 0 ? 128 : width, width, kernel: 13 + (2 * block), config)));
        epilogue = Sequential([.. Separable(width, 128, kernel: 29, dilation: 2), ConvNorm.OfTime(128, 128, kernel: 1)]);
        classifier = Linear(128, config.Window.Labels);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value features)
    {
        var x = features.Transpose(1, 2).Apply(prologue).Apply(blocks).Apply(epilogue);           // [B, 128, T]
        return x.Mean(keep: false, 2).Apply(classifier);
    }

    /// <summary>A convolution over time, channel by channel, and one over the channels, with a norm and, unless last, a ReLU.</summary>
    internal static Module<Tensor, Tensor>[] Separable(long input, long output, long kernel, long dilation = 1, bool isLast = false) =>
    [
        Conv1d(input, input, kernel, padding: (kernel - 1) * dilation / 2, dilation: dilation, groups: input, bias: false),
        ConvNorm.OfTime(input, output, kernel: 1, function: isLast ? null : Function.Relu),
    ];
}

/// <summary>A block of <see cref="MatchboxNet"/>: sub-blocks beside a pointwise residual, [B, in, T] → [B, out, T].</summary>
public sealed class MatchboxBlock : Layer
{
    private readonly Sequential body;
    private readonly ConvNorm residual;
    private readonly Dropout dropout;

    internal MatchboxBlock(long input, long output, long kernel, MatchboxNetConfig config) : base(nameof(MatchboxBlock))
    {
        body = Sequential(Enumerable.Range(0, config.SubBlocks).SelectMany(SubBlock));
        residual = ConvNorm.OfTime(input, output, kernel: 1, function: null);
        dropout = Dropout(config.Dropout);
        RegisterComponents();

        IEnumerable<Module<Tensor, Tensor>> SubBlock(int i)
        {
            var isLast = i == config.SubBlocks - 1;
            foreach (var part in MatchboxNet.Separable(i == 0 ? input : output, output, kernel, isLast: isLast)) yield return part;
            if (!isLast) yield return Dropout(config.Dropout);
        }
    }

    public override Value Compute(Value x) => (x.Apply(body) + x.Apply(residual)).Relu().Apply(dropout);
}
