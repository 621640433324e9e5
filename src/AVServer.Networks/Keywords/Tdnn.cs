using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Size of a <see cref="Tdnn"/>.</summary>
/// <param name="Values">Values of a frame.</param>
/// <param name="Words">Words, hence logits a step.</param>
/// <param name="Width">Units of a layer.</param>
public sealed record TdnnConfig(int Values = 40, int Words = 1, int Width = 96)
{
    /// <summary>Taps and their distance, layer by layer; the further up, the wider.</summary>
    public static IReadOnlyList<(int Taps, int Dilation)> Layers { get; } = [(5, 1), (3, 2), (3, 4), (3, 8), (3, 8)];

    /// <summary>Frames that a step sees.</summary>
    public static int ReceptiveFieldFrames => 1 + Layers.Sum(layer => (layer.Taps - 1) * layer.Dilation);
}

/// <summary>Keyword network with time delays: each layer joins a few steps of the one below, the upper ones far apart.</summary>
/// <remarks>
/// Peddinti, Povey, Khudanpur: "A time delay neural network architecture for efficient modeling of long temporal contexts" (Interspeech
/// 2015), §2, as small as for keywords in Sun et al., "Compressed Time Delay Neural Network for Small-Footprint Keyword Spotting"
/// (Interspeech 2017). What differs: the context lies in the past alone.
/// </remarks>
public sealed class Tdnn : StreamNetwork
{
    private readonly ModuleList<TdnnLayer> layers;
    private readonly Conv1d classifier;

    public Tdnn(TdnnConfig config) : base(nameof(Tdnn), config.Values)
    {
        layers = ModuleList([.. TdnnConfig.Layers.Select((layer, i) =>
            new TdnnLayer(i == 0 ? config.Values : config.Width, config.Width, layer.Taps, layer.Dilation))]);
        classifier = Conv1d(config.Width, config.Words, 1);
        RegisterComponents();
    }

    public override NetworkSteps Steps => new(ChunkFrames: 8, Stride: 1, TdnnConfig.ReceptiveFieldFrames);

    /// <summary>Frames [B, T, values] → logits [B, T, words].</summary>
    public override Value Compute(Value features)
    {
        var x = features.Transpose(1, 2);                                                         // [B, values, T]
        foreach (var layer in layers) x = x.Apply(layer);
        return x.Apply(classifier).Transpose(1, 2);
    }
}

/// <summary>A layer of <see cref="Tdnn"/>: [B, in, T] → [B, out, T].</summary>
public sealed class TdnnLayer : Layer
{
    private readonly Conv1d affine;
    private readonly BatchNorm1d norm;
    private readonly int _past;

    internal TdnnLayer(int input, int output, int taps, int dilation) : base(nameof(TdnnLayer))
    {
        _past = (taps - 1) * dilation;
        affine = Conv1d(input, output, taps, dilation: dilation);
        norm = BatchNorm1d(output);
        RegisterComponents();
    }

    public override Value Compute(Value x) => x.Past(axis: 2, _past, silence: true).Apply(affine).Relu().Apply(norm);
}
