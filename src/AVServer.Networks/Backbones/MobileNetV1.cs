using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>Size of a <see cref="MobileNetV1"/>.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Multiplier">What the paper's channels are multiplied by; 0.25 is its smallest.</param>
public sealed record MobileNetV1Config(KeywordWindow Window, double Multiplier = 0.25);

/// <summary>Thirteen depthwise separable convolutions behind one dense one.</summary>
/// <remarks>
/// Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications" (arXiv 1704.04861), §3, table 1.
/// </remarks>
public sealed class MobileNetV1 : WindowNetwork
{
    /// <summary>Channels behind each layer, and its stride.</summary>
    internal static IReadOnlyList<(int Output, int Stride)> Layers { get; } =
    [
        (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1),
    ];

    private readonly Sequential features;
    private readonly Linear classifier;

    public MobileNetV1(MobileNetV1Config config) : base(nameof(MobileNetV1), config.Window)
    {
        var width = Width(32);
        var parts = new List<Module<Tensor, Tensor>> { ConvNorm.OfPicture(1, width, kernel: 3, stride: 2) };
        foreach (var (output, stride) in Layers)
        {
            parts.Add(ConvNorm.OfPicture(width, width, kernel: 3, stride: stride, groups: width));
            parts.Add(ConvNorm.OfPicture(width, Width(output)));
            width = Width(output);
        }

        features = Sequential(parts);
        classifier = Linear(width, config.Window.Labels);
        RegisterComponents();

        long Width(int channels) => (long)(channels * config.Multiplier);
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value frames) => Picture(frames).Apply(features).Mean(keep: false, 2, 3).Apply(classifier);
}
