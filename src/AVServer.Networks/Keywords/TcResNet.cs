using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Size of a <see cref="TcResNet"/>: the defaults are those of TC-ResNet8.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="BlocksPerStage">Blocks of each of the three stages: 1, 2 for TC-ResNet14.</param>
/// <param name="Multiplier">What the channels 16, 24, 32 and 48 are multiplied by.</param>
public sealed record TcResNetConfig(KeywordWindow Window, int BlocksPerStage = 1, double Multiplier = 1);

/// <summary>Keyword network of a window: a residual network over time alone, to which frequencies are channels.</summary>
/// <remarks>
/// Choi et al., "Temporal Convolution for Real-time Keyword Spotting on Mobile Devices" (Interspeech 2019, arXiv 1904.03814), §2.2,
/// figure 2.
/// </remarks>
public sealed class TcResNet : WindowNetwork
{
    private const double Dropped = 0.5;

    private static readonly int[] Widths = [16, 24, 32, 48];

    private readonly ConvNorm stem;
    private readonly Sequential blocks;
    private readonly Dropout dropout;
    private readonly Linear classifier;

    public TcResNet(TcResNetConfig config) : base(nameof(TcResNet), config.Window)
    {
        long[] widths = [.. Widths.Select(width => (long)(width * config.Multiplier))];
        stem = ConvNorm.OfTime(config.Window.Values, widths[0], kernel: 3);
        blocks = Sequential(
            from stage in Enumerable.Range(1, 3)
            from block in Enumerable.Range(0, config.BlocksPerStage)
            select (Module<Tensor, Tensor>)new TemporalBlock(widths[block == 0 ? stage - 1 : stage], widths[stage]));
        dropout = Dropout(Dropped);
        classifier = Linear(widths[3], config.Window.Labels);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value features)
    {
        var x = features.Transpose(1, 2).Apply(stem).Apply(blocks);                               // [B, C, T / 8]
        return x.Mean(keep: false, 2).Apply(dropout).Apply(classifier);
    }
}

/// <summary>A block of <see cref="TcResNet"/>, which halves time with new channels: [B, in, T] → [B, out, T / stride].</summary>
public sealed class TemporalBlock : Layer
{
    private readonly ConvNorm first;
    private readonly ConvNorm second;
    private readonly ConvNorm? shortcut;

    internal TemporalBlock(long input, long output) : base(nameof(TemporalBlock))
    {
        var stride = input == output ? 1 : 2;
        first = ConvNorm.OfTime(input, output, kernel: 9, stride: stride);
        second = ConvNorm.OfTime(output, output, kernel: 9, function: null);
        shortcut = input == output ? null : ConvNorm.OfTime(input, output, kernel: 1, stride: stride);
        RegisterComponents();
    }

    public override Value Compute(Value x) => (x.Apply(first).Apply(second) + (shortcut is null ? x : x.Apply(shortcut))).Relu();
}
