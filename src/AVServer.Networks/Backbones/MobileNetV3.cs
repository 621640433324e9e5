using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>Size of a <see cref="MobileNetV3"/>: the defaults are those of MobileNetV3-Small.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Multiplier">What the paper's channels are multiplied by.</param>
/// <param name="Head">Units before the classifier.</param>
public sealed record MobileNetV3Config(KeywordWindow Window, double Multiplier = 1, int Head = 1024);

/// <summary>The blocks of <see cref="MobileNetV2"/> as a search found them, with squeeze-and-excitation and h-swish.</summary>
/// <remarks>Howard et al., "Searching for MobileNetV3" (ICCV 2019, arXiv 1905.02244), §5, table 2.</remarks>
public sealed class MobileNetV3 : WindowNetwork
{
    private static readonly (int Kernel, int Expanded, int Output, bool Squeezes, Function Function, int Stride)[] Blocks =
    [
        (3, 16, 16, true, Function.Relu, 2), (3, 72, 24, false, Function.Relu, 2), (3, 88, 24, false, Function.Relu, 1),
        (5, 96, 40, true, Function.HardSwish, 2), (5, 240, 40, true, Function.HardSwish, 1), (5, 240, 40, true, Function.HardSwish, 1),
        (5, 120, 48, true, Function.HardSwish, 1), (5, 144, 48, true, Function.HardSwish, 1), (5, 288, 96, true, Function.HardSwish, 2),
        (5, 576, 96, true, Function.HardSwish, 1), (5, 576, 96, true, Function.HardSwish, 1),
    ];

    private readonly Sequential features;
    private readonly Linear head;
    private readonly Linear classifier;

    public MobileNetV3(MobileNetV3Config config) : base(nameof(MobileNetV3), config.Window)
    {
        var width = Width(16);
        var parts = new List<Module<Tensor, Tensor>> { ConvNorm.OfPicture(1, width, kernel: 3, Function.HardSwish, stride: 2) };
        foreach (var (kernel, expanded, output, squeezes, function, stride) in Blocks)
        {
            parts.Add(new InvertedResidual(width, Width(expanded), Width(output), kernel, stride, function, squeezes));
            width = Width(output);
        }

        parts.Add(ConvNorm.OfPicture(width, Width(576), function: Function.HardSwish));
        features = Sequential(parts);
        head = Linear(Width(576), config.Head);
        classifier = Linear(config.Head, config.Window.Labels);
        RegisterComponents();

        long Width(int channels) => Channels.Scaled(channels, config.Multiplier);
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value frames) =>
        Picture(frames).Apply(features).Mean(keep: false, 2, 3).Apply(head).Map(Function.HardSwish).Apply(classifier);
}
