using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Backbones;

/// <summary>Size of a <see cref="MicroNet"/>.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Head">Values between the two layers of the classifier: 640 for MicroNet-M0.</param>
public sealed record MicroNetConfig(KeywordWindow Window, int Head = 640);

/// <summary>
/// Convolutions factored over space and over channels, and a function that takes the largest of what a channel and its neighbours in
/// other groups say.
/// </summary>
/// <remarks>
/// Li et al., "MicroNet: Improving Image Recognition with Extremely Low FLOPs" (ICCV 2021, arXiv 2108.05894), §3 and §4:
/// MicroNet-M0, the order of channels as in the authors' implementation.
/// </remarks>
public sealed class MicroNet : WindowNetwork
{
    private const int Stem = 4;

    private static readonly MicroBlockConfig[] Blocks =
    [
        new(8, Kernel: 3, Stride: 2, (2, 2), Reduce: 0, Spread: 4, Groups: 2, Reduction: 8, Dynamic: false),
        new(12, Kernel: 3, Stride: 2, (2, 2), Reduce: 0, Spread: 8, Groups: 4),
        new(16, Kernel: 5, Stride: 2, (2, 2), Reduce: 0, Spread: 12, Groups: 4),
        new(32, Kernel: 5, Stride: 1, (1, 4), Reduce: 4, Spread: 4, Groups: 4),
        new(64, Kernel: 5, Stride: 2, (1, 4), Reduce: 8, Spread: 8, Groups: 8),
        new(96, Kernel: 3, Stride: 1, (1, 4), Reduce: 8, Spread: 8, Groups: 8, Reduction: 16),
    ];

    private readonly Sequential stem;
    private readonly Sequential blocks;
    private readonly ConvNorm expand;
    private readonly ShiftMax expandShift;
    private readonly Linear hidden;
    private readonly BatchNorm1d hiddenNorm;
    private readonly Dropout dropout;
    private readonly Linear classifier;
    private readonly BatchNorm1d classifierNorm;

    public MicroNet(MicroNetConfig config) : base(nameof(MicroNet), config.Window)
    {
        stem = Sequential(
            ConvNorm.OfPicture(1, Stem / 2, (3, 1), (2, 1), function: null),
            ConvNorm.OfPicture(Stem / 2, Stem, (1, 3), (1, 2), function: null, groups: Stem / 2));
        var (parts, width) = (new List<Module<Tensor, Tensor>>(), (long)Stem);
        foreach (var block in Blocks)
        {
            parts.Add(new MicroBlock(width, block));
            width = block.Output;
        }

        blocks = Sequential(parts);
        expand = ConvNorm.OfPicture(width, 4 * width, function: null, groups: 12);
        expandShift = new ShiftMax(4 * width, groups: 12, reduction: 16, pieces: 1);
        hidden = Linear(4 * width, config.Head);
        hiddenNorm = BatchNorm1d(config.Head);
        dropout = Dropout(0.05);
        classifier = Linear(config.Head, config.Window.Labels);
        classifierNorm = BatchNorm1d(config.Window.Labels);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value frames)
    {
        var x = Picture(frames).Apply(stem).Shuffle(Stem / 2).Map(Function.Relu6).Apply(blocks).Apply(expand).Apply(expandShift);
        var mean = x.Map(Function.Relu6).Mean(keep: false, 2, 3).Map(Function.HardSwish);
        var inside = mean.Apply(hidden).Apply(hiddenNorm).Map(Function.HardSwish).Apply(dropout);
        return inside.Apply(classifier).Apply(classifierNorm).Map(Function.HardSwish);
    }
}

/// <summary>Size of a <see cref="MicroBlock"/>.</summary>
/// <param name="Output">Channels behind it.</param>
/// <param name="Kernel">Taps in either direction.</param>
/// <param name="Stride">Places from one to the next.</param>
/// <param name="Expansion">What the channels are multiplied by, in two steps.</param>
/// <param name="Reduce">Groups of the pointwise convolution before the depthwise one; 0: there is none.</param>
/// <param name="Spread">Groups among which the channels inside are shuffled.</param>
/// <param name="Groups">Groups of the pointwise convolution behind.</param>
/// <param name="Reduction">What the channels are divided by where their mean is looked at.</param>
/// <param name="Dynamic">Whether the function behind the depthwise convolution depends on the picture.</param>
internal sealed record MicroBlockConfig(
    long Output, long Kernel, long Stride, (long First, long Second) Expansion, long Reduce, long Spread, long Groups, long Reduction = 8,
    bool Dynamic = true);

/// <summary>
/// A block of <see cref="MicroNet"/>: where the picture is large a depthwise convolution widens it, where it is small a pointwise one in
/// groups does; then a pointwise one in groups narrows it.
/// </summary>
public sealed class MicroBlock : Layer
{
    private readonly ConvNorm? expand;
    private readonly ShiftMax? expandShift;
    private readonly Sequential depthwise;
    private readonly ShiftMax? depthwiseShift;
    private readonly ConvNorm project;
    private readonly ShiftMax projectShift;
    private readonly MicroBlockConfig _config;
    private readonly long _inside;

    internal MicroBlock(long input, MicroBlockConfig config) : base(nameof(MicroBlock))
    {
        _config = config;
        var (kernel, stride, (first, second)) = (config.Kernel, config.Stride, config.Expansion);
        _inside = input * first * second;
        var isWide = config.Reduce > 0;
        if (isWide)
        {
            expand = ConvNorm.OfPicture(input, _inside, function: null, groups: config.Reduce);
            expandShift = new ShiftMax(_inside, config.Spread, config.Reduction, pieces: 2);
        }

        var (before, between) = isWide ? (_inside, _inside) : (input, input * first);
        depthwise = Sequential(
            ConvNorm.OfPicture(before, between, (kernel, 1), (stride, 1), function: null, groups: before),
            ConvNorm.OfPicture(between, _inside, (1, kernel), (1, stride), function: null, groups: between));
        // Behind channels that were shuffled, neighbours are what stands in the same group.
        if (config.Dynamic)
            depthwiseShift = new ShiftMax(_inside, isWide ? _inside / config.Spread : config.Spread, config.Reduction, pieces: 2);
        project = ConvNorm.OfPicture(_inside, config.Output, function: null, groups: config.Groups);
        var reduction = isWide && config.Output >= _inside ? config.Reduction : config.Reduction / 2;
        projectShift = new ShiftMax(config.Output, config.Groups, reduction, pieces: 1);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var wide = (expand is null ? x : x.Apply(expand).Apply(expandShift!).Shuffle(_config.Spread)).Apply(depthwise);
        var shifted = depthwiseShift is null ? wide.Map(Function.Relu6) : wide.Apply(depthwiseShift);
        if (expand is not null) shifted = shifted.Shuffle(_inside / 4);
        else shifted = depthwiseShift is null ? shifted.Shuffle(_config.Spread) : shifted.Shuffle(_config.Spread).Shuffle(_inside / 2);
        return shifted.Apply(project).Apply(projectShift).Shuffle(_config.Groups).Shuffle(_config.Output / 2);
    }
}

/// <summary>
/// Dynamic Shift-Max: the largest of some sums of each channel and the one a group further on, whose weights the picture's mean says.
/// </summary>
public sealed class ShiftMax : Layer
{
    private const double Range = 4;

    private readonly Conv2d squeeze;
    private readonly Conv2d weigh;
    private readonly long[] _neighbours;
    private readonly long _channels;
    private readonly int _pieces;

    internal ShiftMax(long channels, long groups, long reduction, int pieces) : base(nameof(ShiftMax))
    {
        (_channels, _pieces) = (channels, pieces);
        var each = channels / groups;
        _neighbours = [.. Enumerable.Range(0, (int)channels).Select(
            channel => ((((channel / each) + 1) % groups) * each) + (((channel % each) + 1) % each))];
        var hidden = Math.Max(4, (channels / reduction + 2) / 4 * 4);
        if (hidden < 0.9 * (channels / reduction)) hidden += 4;
        squeeze = Conv2d(channels, hidden, 1);
        weigh = Conv2d(hidden, 2 * pieces * channels, 1);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var weights = (x.Mean(keep: true, 2, 3).Apply(squeeze).Relu().Apply(weigh).Map(Function.HardSigmoid) - 0.5) * Range;
        var neighbours = x.Take(1, _neighbours);
        var sum = Sum(0);
        // The larger of two is the first and what the second is more.
        return _pieces == 1 ? sum : sum + (Sum(1) - sum).Relu();

        Value Sum(int piece)
        {
            var own = weights.Narrow(1, 2 * piece * _channels, _channels) + 1;
            return (x * own) + (neighbours * weights.Narrow(1, ((2 * piece) + 1) * _channels, _channels));
        }
    }
}
