using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Size of a <see cref="DyConvMixer"/>.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Width">Channels.</param>
/// <param name="Blocks">Blocks.</param>
/// <param name="Kernel">Taps of a block's convolution over time.</param>
/// <param name="Kernels">Kernels that a block mixes.</param>
public sealed record DyConvMixerConfig(KeywordWindow Window, int Width = 96, int Blocks = 8, int Kernel = 9, int Kernels = 4);

/// <summary>Keyword network of a window: mixes time by kernels that the sound itself mixes, then channels, and so on.</summary>
/// <remarks>
/// Gharbieh et al., "DyConvMixer: Dynamic Convolution Mixer Architecture for Open-Vocabulary Keyword Spotting" (Interspeech 2022), §3; the
/// dynamic convolution of Chen et al. (arXiv 1912.03458, §3). What differs: words are labels here, not typed.
/// </remarks>
public sealed class DyConvMixer : WindowNetwork
{
    private readonly ConvNorm stem;
    private readonly Sequential blocks;
    private readonly Linear classifier;

    public DyConvMixer(DyConvMixerConfig config) : base(nameof(DyConvMixer), config.Window)
    {
        stem = ConvNorm.OfTime(config.Window.Values, config.Width, kernel: 5, function: Function.Gelu, stride: 2);
        blocks = Sequential(Enumerable.Range(0, config.Blocks).Select(_ => (Module<Tensor, Tensor>)new DynamicMixerBlock(config)));
        classifier = Linear(config.Width, config.Window.Labels);
        RegisterComponents();
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value features)
    {
        var x = features.Transpose(1, 2).Apply(stem).Apply(blocks);                               // [B, C, T / 2]
        return x.Mean(keep: false, 2).Apply(classifier);
    }
}

/// <summary>A block of <see cref="DyConvMixer"/>: [B, C, T].</summary>
/// <remarks>
/// A mixture of kernels gives what the mixture of their outputs does, as a convolution is linear; so all are applied, and the outputs
/// mixed, for each clip of a batch by its own weights.
/// </remarks>
public sealed class DynamicMixerBlock : Layer
{
    // Softer weights let all kernels learn at the beginning.
    private const double Temperature = 30;

    private readonly Linear squeeze;
    private readonly Linear weigh;
    private readonly Conv1d overTime;
    private readonly BatchNorm1d norm;
    private readonly ConvNorm overChannels;
    private readonly long _kernels;

    internal DynamicMixerBlock(DyConvMixerConfig config) : base(nameof(DynamicMixerBlock))
    {
        _kernels = config.Kernels;
        squeeze = Linear(config.Width, config.Width / 4);
        weigh = Linear(config.Width / 4, config.Kernels);
        overTime = Conv1d(
            config.Width, config.Width * config.Kernels, config.Kernel, padding: config.Kernel / 2, groups: config.Width, bias: false);
        norm = BatchNorm1d(config.Width);
        overChannels = ConvNorm.OfTime(config.Width, config.Width, kernel: 1, function: Function.Gelu);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var (channels, frames) = (x.Length(1), x.Length(2));
        var weights = x.Mean(keep: false, 2).Apply(squeeze).Relu().Apply(weigh) / Temperature;    // [B, K]
        var each = x.Apply(overTime).Reshape(-1, channels, _kernels, frames);
        var mixed = (each * weights.Softmax(1).Reshape(-1, 1, _kernels, 1)).Sum(keep: false, 2);  // [B, C, T]
        return (x + mixed.Gelu().Apply(norm)).Apply(overChannels);
    }
}
