using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>Size of a <see cref="ShuffleNetV2"/>: the defaults are those of 0.5×, its smallest.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Width">Channels of the second stage, twice and four times as many in the next.</param>
/// <param name="Head">Channels before the classifier.</param>
public sealed record ShuffleNetV2Config(KeywordWindow Window, int Width = 48, int Head = 1024);

/// <summary>Half of the channels pass by each unit, the others go through it; then both are shuffled.</summary>
/// <remarks>
/// Ma et al., "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design" (ECCV 2018, arXiv 1807.11164), §3, table 5,
/// figure 3.
/// </remarks>
public sealed class ShuffleNetV2 : WindowNetwork
{
    private const int Stem = 24;

    private readonly ConvNorm stem;
    private readonly Sequential stages;
    private readonly ConvNorm head;
    private readonly Linear classifier;

    public ShuffleNetV2(ShuffleNetV2Config config) : base(nameof(ShuffleNetV2), config.Window)
    {
        stem = ConvNorm.OfPicture(1, Stem, kernel: 3, stride: 2);
        var parts = new List<Module<Tensor, Tensor>>();
        var width = (long)Stem;
        foreach (var (blocks, output) in new[] { (4, config.Width), (8, 2 * config.Width), (4, 4 * config.Width) })
        {
            for (var block = 0; block < blocks; block++)
            {
                parts.Add(new ShuffleUnitV2(width, output, halves: block == 0));
                width = output;
            }
        }

        stages = Sequential(parts);
        head = ConvNorm.OfPicture(width, config.Head);
        classifier = Linear(config.Head, config.Window.Labels);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value frames) =>
        Picture(frames).Apply(stem).MaxPool(3, 2, 1).Apply(stages).Apply(head).Mean(keep: false, 2, 3).Apply(classifier);
}

/// <summary>A unit of <see cref="ShuffleNetV2"/>: [B, in, H, W] → [B, out, H / stride, W / stride].</summary>
public sealed class ShuffleUnitV2 : Layer
{
    private readonly Sequential? shortcut;
    private readonly Sequential body;

    internal ShuffleUnitV2(long input, long output, bool halves) : base(nameof(ShuffleUnitV2))
    {
        var (half, stride) = (output / 2, halves ? 2 : 1);
        shortcut = halves ? Sequential(Depthwise(input, stride), ConvNorm.OfPicture(input, half)) : null;
        body = Sequential(
            ConvNorm.OfPicture(halves ? input : half, half), Depthwise(half, stride), ConvNorm.OfPicture(half, half));
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var half = x.Length(1) / 2;
        var joined = shortcut is null
            ? x.Narrow(1, 0, half).Concat(1, x.Narrow(1, half, half).Apply(body))
            : x.Apply(shortcut).Concat(1, x.Apply(body));
        return joined.Shuffle(2);
    }

    private static ConvNorm Depthwise(long channels, long stride) =>
        ConvNorm.OfPicture(channels, channels, kernel: 3, function: null, stride, groups: channels);
}
