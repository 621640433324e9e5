using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Size of an <see cref="SpDenseNet"/>.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Stem">Channels before the first block.</param>
/// <param name="Growth">Channels that each layer adds.</param>
/// <param name="LayersPerBlock">Layers of each of the three blocks.</param>
/// <param name="Groups">Groups of a layer's convolution.</param>
public sealed record SpDenseNetConfig(
    KeywordWindow Window, int Stem = 24, int Growth = 16, int LayersPerBlock = 6, int Groups = 2);

/// <summary>Keyword network of a window: densely connected layers of convolutions that are separated by channel and by place.</summary>
/// <remarks>
/// Tsai et al., "Low-complexity, real-time keyword spotting by sparse DenseNet" (2023): dense blocks of a pointwise and a grouped
/// convolution, squeeze-and-excitation, pooling between the blocks. The sizes of the layers are chosen here, to the published counts of
/// parameters.
/// </remarks>
public sealed class SpDenseNet : WindowNetwork
{
    private readonly ConvNorm stem;
    private readonly ModuleList<Sequential> blocks;
    private readonly ModuleList<ConvNorm> transitions;
    private readonly Linear classifier;

    public SpDenseNet(SpDenseNetConfig config) : base(nameof(SpDenseNet), config.Window)
    {
        stem = ConvNorm.OfPicture(1, config.Stem, kernel: 3, stride: 2);
        (blocks, transitions) = (ModuleList<Sequential>(), ModuleList<ConvNorm>());
        long channels = config.Stem;
        for (var block = 0; block < 3; block++)
        {
            var first = channels;
            blocks.Add(Sequential(Enumerable.Range(0, config.LayersPerBlock).Select(
                layer => (Module<Tensor, Tensor>)new DenseLayer(first + (layer * config.Growth), config))));
            channels += config.LayersPerBlock * config.Growth;
            if (block == 2) break;
            transitions.Add(ConvNorm.OfPicture(channels, channels / 2));
            channels /= 2;
        }

        classifier = Linear(channels, config.Window.Labels);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value features)
    {
        var x = Picture(features).Apply(stem).Apply(blocks[0]);                                   // [B, C, F / 2, T / 2]
        foreach (var (transition, block) in transitions.Zip(blocks.Skip(1))) x = x.Apply(transition).AveragePool(2, 2).Apply(block);
        return x.Mean(keep: false, 2, 3).Apply(classifier);
    }
}

/// <summary>A layer of <see cref="SpDenseNet"/>, whose input stands before its output: [B, C, F, T] → [B, C + growth, F, T].</summary>
public sealed class DenseLayer : Layer
{
    private readonly ConvNorm pointwise;
    private readonly ConvNorm grouped;
    private readonly SqueezeExcite weigh;

    internal DenseLayer(long input, SpDenseNetConfig config) : base(nameof(DenseLayer))
    {
        pointwise = ConvNorm.OfPicture(input, 2 * config.Growth);
        grouped = ConvNorm.OfPicture(2 * config.Growth, config.Growth, kernel: 3, groups: config.Groups);
        weigh = new SqueezeExcite(config.Growth, Math.Max(1, config.Growth / 4));
        RegisterComponents();
    }

    public override Value Compute(Value x) => x.Concat(1, x.Apply(pointwise).Apply(grouped).Apply(weigh));
}
