using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>Size of an <see cref="OctMobileNet"/>.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Multiplier">What MobileNet's channels are multiplied by; 0.75 is the paper's smallest.</param>
/// <param name="LowShare">Share of the channels that are kept at half the resolution.</param>
public sealed record OctMobileNetConfig(KeywordWindow Window, double Multiplier = 0.25, double LowShare = 0.375);

/// <summary>
/// MobileNet whose channels lie in two octaves: some at full resolution, the others, which change slowly, at half of it, each convolved to
/// both.
/// </summary>
/// <remarks>
/// Chen et al., "Drop an Octave: Reducing Spatial Redundancy in Convolutional Neural Networks with Octave Convolution" (ICCV 2019, arXiv
/// 1904.05049), §3, figure 2, on MobileNet v1. What differs: where a length is odd, zeros count in the mean of its last place.
/// </remarks>
public sealed class OctMobileNet : WindowNetwork
{
    private const int LayersOfTwoOctaves = 10;

    private readonly ConvNorm stem;
    private readonly ModuleList<OctaveSeparable> layers;
    private readonly Linear classifier;

    public OctMobileNet(OctMobileNetConfig config) : base(nameof(OctMobileNet), config.Window)
    {
        var width = new Octaves(Width(32), 0);
        stem = ConvNorm.OfPicture(1, width.High, kernel: 3, stride: 2);
        layers = ModuleList<OctaveSeparable>();
        foreach (var (layer, (channels, stride)) in MobileNetV1.Layers.Index())
        {
            var output = Octaves.Of(Width(channels), layer < LayersOfTwoOctaves ? config.LowShare : 0);
            layers.Add(new OctaveSeparable(width, output, stride));
            width = output;
        }

        classifier = Linear(width.High, config.Window.Labels);
        RegisterComponents();

        long Width(int channels) => (long)(channels * config.Multiplier);
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value frames)
    {
        var (high, low) = (Picture(frames).Apply(stem), (Value?)null);
        foreach (var layer in layers) (high, low) = layer.Compute(high, low);
        return high.Mean(keep: false, 2, 3).Apply(classifier);
    }
}

/// <summary>Channels of two octaves.</summary>
/// <param name="High">Those at full resolution.</param>
/// <param name="Low">Those at half of it.</param>
internal sealed record Octaves(long High, long Low)
{
    /// <summary>So many channels, some of them low.</summary>
    internal static Octaves Of(long channels, double lowShare) => new(channels - (long)(lowShare * channels), (long)(lowShare * channels));
}

/// <summary>A layer of <see cref="OctMobileNet"/>: each octave is convolved depthwise, then both to both.</summary>
public sealed class OctaveSeparable : Module
{
    private readonly ConvNorm depthwise;
    private readonly ConvNorm? depthwiseLow;
    private readonly OctaveConv pointwise;
    private readonly bool _halves;

    internal OctaveSeparable(Octaves input, Octaves output, long stride) : base(nameof(OctaveSeparable))
    {
        _halves = stride == 2;
        depthwise = ConvNorm.OfPicture(input.High, input.High, kernel: 3, groups: input.High);
        depthwiseLow = input.Low == 0 ? null : ConvNorm.OfPicture(input.Low, input.Low, kernel: 3, groups: input.Low);
        pointwise = new OctaveConv(input, output);
        RegisterComponents();
    }

    internal (Value High, Value? Low) Compute(Value high, Value? low)
    {
        if (_halves) (high, low) = (high.Halved(), low?.Halved());
        return pointwise.Compute(high.Apply(depthwise), low?.Apply(depthwiseLow!));
    }
}

/// <summary>
/// The octave convolution, here of 1 × 1: high to high and low to low as usual, high to low of its means, low to high enlarged.
/// </summary>
public sealed class OctaveConv : Module
{
    private readonly Conv2d highToHigh;
    private readonly Conv2d? highToLow;
    private readonly Conv2d? lowToHigh;
    private readonly Conv2d? lowToLow;
    private readonly BatchNorm2d norm;
    private readonly BatchNorm2d? normLow;

    internal OctaveConv(Octaves input, Octaves output) : base(nameof(OctaveConv))
    {
        Conv2d? Between(long from, long to) => from == 0 || to == 0 ? null : Conv2d(from, to, 1, bias: false);
        highToHigh = Between(input.High, output.High)!;
        highToLow = Between(input.High, output.Low);
        lowToHigh = Between(input.Low, output.High);
        lowToLow = Between(input.Low, output.Low);
        norm = BatchNorm2d(output.High);
        normLow = output.Low == 0 ? null : BatchNorm2d(output.Low);
        RegisterComponents();
    }

    internal (Value High, Value? Low) Compute(Value high, Value? low)
    {
        var ofHigh = high.Apply(highToHigh);
        if (lowToHigh is not null) ofHigh += low!.Apply(lowToHigh).Enlarged(high.Length(2), high.Length(3));
        if (highToLow is null) return (ofHigh.Apply(norm).Relu(), null);
        var ofLow = high.Halved().Apply(highToLow);
        if (lowToLow is not null) ofLow += low!.Apply(lowToLow);
        return (ofHigh.Apply(norm).Relu(), ofLow.Apply(normLow!).Relu());
    }
}
