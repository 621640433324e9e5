using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Size of a <see cref="CondenseNet"/>: the defaults are those of CondenseNet-50.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="StemStride">Places from one to the next of the first convolution: 2 where the picture is large.</param>
public sealed record CondenseNetConfig(KeywordWindow Window, int StemStride = 2)
{
    /// <summary>Layers of each of the three stages, and channels that a layer of each adds.</summary>
    public IReadOnlyList<(int Layers, int Growth)> Stages { get; init; } = [(8, 8), (8, 16), (8, 32)];

    /// <summary>Groups of either convolution, and what the inputs of a group are divided by in the end.</summary>
    public int Groups { get; init; } = 4;

    /// <summary>What a layer's growth is multiplied by between its convolutions.</summary>
    public int Bottleneck { get; init; } = 4;
}

/// <summary>
/// Layers that hear all layers before them, through convolutions whose groups find out in training which channels they need: the others
/// go in stages, and grouped convolutions are left.
/// </summary>
/// <remarks>
/// Huang et al., "CondenseNet: An Efficient DenseNet using Learned Group Convolutions" (CVPR 2018, arXiv 1711.09224), §3 and §4.
/// </remarks>
public sealed class CondenseNet : WindowNetwork, IPrunedNetwork, IPenalisedNetwork
{
    private const double LassoWeight = 1e-5;

    private readonly Conv2d stem;
    private readonly ModuleList<Sequential> stages;
    private readonly BatchNorm2d norm;
    private readonly Linear classifier;
    private readonly IReadOnlyList<LearnedGroupConv> _learned;

    public CondenseNet(CondenseNetConfig config) : base(nameof(CondenseNet), config.Window)
    {
        var width = 2L * config.Stages[0].Growth;
        stem = Conv2d(1, width, 3, stride: config.StemStride, padding: 1, bias: false);
        stages = ModuleList<Sequential>();
        foreach (var (layers, growth) in config.Stages)
        {
            var parts = new List<Module<Tensor, Tensor>>();
            for (var layer = 0; layer < layers; layer++)
            {
                parts.Add(new CondensedLayer(width, growth, config));
                width += growth;
            }

            stages.Add(Sequential(parts));
        }

        norm = BatchNorm2d(width);
        classifier = Linear(width, config.Window.Labels);
        RegisterComponents();
        _learned = [.. modules().OfType<LearnedGroupConv>()];
    }

    public long Pruned => _learned.Sum(convolution => convolution.Pruned);

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value frames)
    {
        var x = Picture(frames).Apply(stem).Apply(stages[0]);
        foreach (var stage in stages.Skip(1)) x = x.Halved().Apply(stage);
        return x.Apply(norm).Relu().Mean(keep: false, 2, 3).Apply(classifier);
    }

    public void Prune(double progress)
    {
        foreach (var convolution in _learned) convolution.Prune(progress);
    }

    public Tensor Penalty() => _learned.Select(convolution => convolution.GroupLasso()).Aggregate((sum, each) => sum + each) * LassoWeight;
}

/// <summary>A layer of <see cref="CondenseNet"/>: a learned group convolution, a grouped one of 3 × 3, behind what came in.</summary>
public sealed class CondensedLayer : Layer
{
    private readonly LearnedGroupConv learned;
    private readonly BatchNorm2d norm;
    private readonly Conv2d grouped;

    internal CondensedLayer(long input, long growth, CondenseNetConfig config) : base(nameof(CondensedLayer))
    {
        var inside = config.Bottleneck * growth;
        learned = new LearnedGroupConv(input, inside, config.Groups);
        norm = BatchNorm2d(inside);
        grouped = Conv2d(inside, growth, 3, padding: 1, groups: config.Groups, bias: false);
        RegisterComponents();
    }

    public override Value Compute(Value x) => x.Concat(1, x.Apply(learned).Apply(norm).Relu().Apply(grouped));
}

/// <summary>
/// A convolution of 1 × 1 whose outputs form groups, each of which gives up in stages the inputs that weigh least in it, until as many
/// are left as a grouped convolution of as many groups has.
/// </summary>
/// <remarks>Output i belongs to group i mod groups, so that the grouped convolution behind hears all groups.</remarks>
public sealed class LearnedGroupConv : Layer
{
    private readonly BatchNorm2d norm;
    private readonly Parameter weight;
    private readonly Tensor mask;
    private readonly int _groups;

    internal LearnedGroupConv(long input, long output, int groups) : base(nameof(LearnedGroupConv))
    {
        _groups = groups;
        norm = BatchNorm2d(input);
        weight = Parameter(init.normal_(empty(output, input), std: Math.Sqrt(2.0 / output)));
        mask = ones(output, input);
        RegisterComponents();
    }

    /// <summary>Weights that are gone.</summary>
    internal long Pruned => mask.numel() - (long)mask.sum().item<float>();

    public override Value Compute(Value x)
    {
        var normal = x.Apply(norm).Relu();
        var (output, input) = (weight.size(0), weight.size(1));
        var left = input / _groups;
        if (training || Pruned < weight.numel() - (output * left))
            return normal.Convolve((weight * mask).reshape(output, input, 1, 1), bias: null);
        var kept = Enumerable.Range(0, _groups).Select(group => mask[group].nonzero().flatten()).ToList();
        var grouped = cat([.. kept.Select((inputs, group) => Group(weight, group).index_select(1, inputs))], 0);
        return normal.Take(1, [.. kept.SelectMany(inputs => inputs.data<long>().ToArray())])
            .Convolve(grouped.reshape(output, left, 1, 1), bias: null, new Window(groups: _groups)).Shuffle(_groups);
    }

    /// <summary>Half of the training takes away all that goes, stage by stage; the other half gets used to what is left.</summary>
    internal void Prune(double progress)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var input = weight.size(1);
        var stage = Math.Min(_groups - 1, (int)(2 * progress * (_groups - 1)));
        for (var group = 0; group < _groups; group++)
        {
            var gone = input - (long)mask[group].sum().item<float>();
            var more = (stage * (input / _groups)) - gone;
            if (more <= 0) continue;
            // What is gone weighs nothing and comes first.
            var weakest = Group(weight * mask, group).abs().sum([0]).argsort().narrow(0, gone, more);
            Group(mask, group).index_fill_(1, weakest, 0);
        }
    }

    /// <summary>Sum over groups and inputs of how long the vector of their weights is: draws a group's weights of an input to zero
    /// together.</summary>
    internal Tensor GroupLasso() => Enumerable.Range(0, _groups)
        .Select(group => Group(weight * mask, group).square().sum([0]).clamp_min(1e-6).sqrt().sum()).Aggregate((sum, each) => sum + each);

    /// <summary>Rows of a group: a view.</summary>
    private Tensor Group(Tensor rows, int group) => rows.slice(0, group, rows.size(0), _groups);
}
