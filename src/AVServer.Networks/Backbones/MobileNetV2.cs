using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>Size of a <see cref="MobileNetV2"/>.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Multiplier">What the paper's channels are multiplied by; 0.35 is its smallest.</param>
/// <param name="Head">Channels before the classifier.</param>
public sealed record MobileNetV2Config(KeywordWindow Window, double Multiplier = 0.35, int Head = 1280);

/// <summary>Blocks that are wide inside and narrow between, without a function where they are narrow.</summary>
/// <remarks>
/// Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (CVPR 2018, arXiv 1801.04381), §4, table 2.
/// </remarks>
public sealed class MobileNetV2 : WindowNetwork
{
    private static readonly (int Expansion, int Output, int Blocks, int Stride)[] Stages =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    private readonly Sequential features;
    private readonly Linear classifier;

    public MobileNetV2(MobileNetV2Config config) : base(nameof(MobileNetV2), config.Window)
    {
        var width = Channels.Scaled(32, config.Multiplier);
        var parts = new List<Module<Tensor, Tensor>> { ConvNorm.OfPicture(1, width, kernel: 3, Function.Relu6, stride: 2) };
        foreach (var (expansion, channels, blocks, stride) in Stages)
        {
            var output = Channels.Scaled(channels, config.Multiplier);
            for (var block = 0; block < blocks; block++)
            {
                parts.Add(new InvertedResidual(
                    width, expansion * width, output, kernel: 3, stride: block == 0 ? stride : 1, Function.Relu6));
                width = output;
            }
        }

        parts.Add(ConvNorm.OfPicture(width, config.Head, function: Function.Relu6));
        features = Sequential(parts);
        classifier = Linear(config.Head, config.Window.Labels);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value frames) => Picture(frames).Apply(features).Mean(keep: false, 2, 3).Apply(classifier);
}
