using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Size of an <see cref="Svdf"/>: the defaults are those of the streaming benchmark.</summary>
/// <param name="Values">Values of a frame.</param>
/// <param name="Words">Words, hence logits a step.</param>
/// <param name="Units">Nodes of a layer.</param>
/// <param name="Bottleneck">Values between two layers.</param>
/// <param name="FirstMemory">Steps that a node of the first layer remembers.</param>
/// <param name="Memory">Steps that a node of the others does.</param>
/// <param name="Layers">Layers.</param>
public sealed record SvdfConfig(
    int Values = 40, int Words = 11, int Units = 256, int Bottleneck = 128, int FirstMemory = 4, int Memory = 10, int Layers = 6)
{
    /// <summary>Frames that a step sees.</summary>
    public int ReceptiveFieldFrames => FirstMemory + ((Layers - 1) * (Memory - 1));
}

/// <summary>
/// Keyword network of nodes of rank one: a node is a filter over the values of a step, and one over what that said at the last steps.
/// </summary>
/// <remarks>
/// Nakkiran et al., "Compressing Deep Neural Networks using a Rank-Constrained Topology" (Interspeech 2015), §3; sizes of Rybakov et al.,
/// "Streaming Keyword Spotting on Mobile Devices" (Interspeech 2020, arXiv 2005.06720), table 1.
/// </remarks>
public sealed class Svdf : StreamNetwork
{
    private readonly ModuleList<SvdfLayer> layers;
    private readonly Linear classifier;
    private readonly SvdfConfig _config;

    public Svdf(SvdfConfig config) : base(nameof(Svdf), config.Values)
    {
        _config = config;
        layers = ModuleList([.. Enumerable.Range(0, config.Layers).Select(i => new SvdfLayer(config, i))]);
        classifier = Linear(config.Units, config.Words);
        RegisterComponents();
    }

    public override NetworkSteps Steps => new(ChunkFrames: 8, Stride: 1, _config.ReceptiveFieldFrames);

    /// <summary>Frames [B, T, values] → logits [B, T, words].</summary>
    public override Value Compute(Value features)
    {
        foreach (var layer in layers) features = features.Apply(layer);
        return features.Apply(classifier);
    }
}

/// <summary>A layer of <see cref="Svdf"/>: [B, T, in] → [B, T, bottleneck], of the last [B, T, units].</summary>
public sealed class SvdfLayer : Layer
{
    private readonly Linear overValues;
    private readonly Conv1d overTime;
    private readonly Linear? bottleneck;
    private readonly int _past;

    internal SvdfLayer(SvdfConfig config, int index) : base(nameof(SvdfLayer))
    {
        var memory = index == 0 ? config.FirstMemory : config.Memory;
        _past = memory - 1;
        overValues = Linear(index == 0 ? config.Values : config.Bottleneck, config.Units, hasBias: false);
        overTime = Conv1d(config.Units, config.Units, memory, groups: config.Units);
        bottleneck = index == config.Layers - 1 ? null : Linear(config.Units, config.Bottleneck);
        RegisterComponents();
        // So many layers without a norm keep their values' size only if they begin with it.
        init.xavier_uniform_(overValues.weight);
        init.kaiming_uniform_(overTime.weight!, a: 0);
        if (bottleneck is not null) init.xavier_uniform_(bottleneck.weight);
    }

    public override Value Compute(Value x)
    {
        var said = x.Apply(overValues).Transpose(1, 2).Past(axis: 2, _past, silence: true);       // [B, units, memory − 1 + T]
        var nodes = said.Apply(overTime).Relu().Transpose(1, 2);                                  // [B, T, units]
        return bottleneck is null ? nodes : nodes.Apply(bottleneck);
    }
}
