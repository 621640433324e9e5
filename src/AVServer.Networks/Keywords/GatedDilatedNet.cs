using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Size of a <see cref="GatedDilatedNet"/>: the defaults are the paper's.</summary>
/// <param name="Values">Values of a frame.</param>
/// <param name="Words">Words, hence logits a step.</param>
/// <param name="Residual">Channels that go from layer to layer.</param>
/// <param name="Gated">Channels of a layer's gated convolution.</param>
/// <param name="Skip">Channels that go to the output.</param>
/// <param name="Layers">Layers, of dilation 1, 2, 4, 8, 1….</param>
public sealed record GatedDilatedNetConfig(
    int Values = 20, int Words = 1, int Residual = 16, int Gated = 64, int Skip = 32, int Layers = 24)
{
    /// <summary>Taps of each convolution over time.</summary>
    public const int Kernel = 3;

    /// <summary>Dilations, layer by layer.</summary>
    public IEnumerable<int> Dilations => Enumerable.Range(0, Layers).Select(layer => 1 << (layer % 4));

    /// <summary>Frames that a step sees.</summary>
    public int ReceptiveFieldFrames => Kernel + ((Kernel - 1) * Dilations.Sum());
}

/// <summary>Keyword network like WaveNet: causal dilated convolutions, each gated by a second, all of which speak at the end.</summary>
/// <remarks>
/// Coucke et al., "Efficient keyword spotting using dilated convolutions and gating" (ICASSP 2019, arXiv 1811.07684), §2, figure 1. The
/// paper names 16 residual and 32 skip channels; its count of 222 k parameters stands for 64 gated ones
/// and layers without biases.
/// </remarks>
public sealed class GatedDilatedNet : StreamNetwork
{
    private readonly Conv1d stem;
    private readonly ModuleList<GatedDilatedLayer> layers;
    private readonly Conv1d mix;
    private readonly Conv1d classifier;
    private readonly GatedDilatedNetConfig _config;

    public GatedDilatedNet(GatedDilatedNetConfig config) : base(nameof(GatedDilatedNet), config.Values)
    {
        _config = config;
        stem = Conv1d(config.Values, config.Residual, GatedDilatedNetConfig.Kernel);
        layers = ModuleList([.. config.Dilations.Select(dilation => new GatedDilatedLayer(config, dilation))]);
        mix = Conv1d(config.Skip, config.Skip, 1);
        classifier = Conv1d(config.Skip, config.Words, 1);
        RegisterComponents();
    }

    public override NetworkSteps Steps => new(ChunkFrames: 8, Stride: 1, _config.ReceptiveFieldFrames);

    /// <summary>Frames [B, T, values] → logits [B, T, words].</summary>
    public override Value Compute(Value features)
    {
        var x = features.Transpose(1, 2).Past(axis: 2, GatedDilatedNetConfig.Kernel - 1, silence: true).Apply(stem);    // [B, R, T]
        var spoken = default(Value);
        foreach (var layer in layers)
        {
            (x, var skip) = layer.Both(x);
            spoken = spoken is null ? skip : spoken + skip;
        }

        return spoken!.Relu().Apply(mix).Relu().Apply(classifier).Transpose(1, 2);                                      // [B, T, words]
    }
}

/// <summary>A layer of <see cref="GatedDilatedNet"/>: tanh of one convolution times the sigmoid of another.</summary>
public sealed class GatedDilatedLayer : Layer
{
    private readonly Conv1d both;
    private readonly Conv1d residual;
    private readonly Conv1d toOutput;
    private readonly int _past;
    private readonly long _gated;

    internal GatedDilatedLayer(GatedDilatedNetConfig config, int dilation) : base(nameof(GatedDilatedLayer))
    {
        (_past, _gated) = ((GatedDilatedNetConfig.Kernel - 1) * dilation, config.Gated);
        both = Conv1d(config.Residual, 2 * config.Gated, GatedDilatedNetConfig.Kernel, dilation: dilation, bias: false);
        residual = Conv1d(config.Gated, config.Residual, 1, bias: false);
        toOutput = Conv1d(config.Gated, config.Skip, 1, bias: false);
        RegisterComponents();
    }

    public override Value Compute(Value x) => Both(x).Next;

    /// <summary>What the next layer takes, [B, residual, T], and what the output does, [B, skip, T].</summary>
    internal (Value Next, Value Skip) Both(Value x)
    {
        var filters = x.Past(axis: 2, _past, silence: true).Apply(both);                          // [B, 2 · gated, T]
        var gated = filters.Narrow(1, 0, _gated).Tanh() * filters.Narrow(1, _gated, _gated).Sigmoid();
        return (x + gated.Apply(residual), gated.Apply(toOutput));
    }
}
