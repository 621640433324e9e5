using static TorchSharp.torch;

namespace AVServer.Networks;

/// <summary>A keyword network behind the normalisation of its input, as it is trained and served: (features − mean) · istd.</summary>
public sealed class NormalisedNetwork : Layer, IKeywordNetwork
{
    private readonly Tensor mean;
    private readonly Tensor istd;
    private readonly Layer network;
    private readonly Pcen? frontEnd;

    /// <param name="network">The network; a <see cref="Layer"/>.</param>
    /// <param name="mean">Mean of each value of a frame over the training set.</param>
    /// <param name="istd">1 ÷ standard deviation of each.</param>
    /// <param name="frontEnd">What stands before the normalisation and learns too; absent: nothing.</param>
    public NormalisedNetwork(IKeywordNetwork network, ReadOnlySpan<float> mean, ReadOnlySpan<float> istd, Pcen? frontEnd = null)
        : base(nameof(NormalisedNetwork))
    {
        this.frontEnd = frontEnd;
        this.network = (Layer)network;
        this.mean = tensor(mean.ToArray());
        this.istd = tensor(istd.ToArray());
        RegisterComponents();
    }

    public IReadOnlyList<NetworkInput> Inputs => Inner.Inputs;

    public IReadOnlyList<string> Outputs => Inner.Outputs;

    public NetworkSteps? Steps => Inner.Steps;

    /// <summary>The network behind the normalisation.</summary>
    public IKeywordNetwork Inner => (IKeywordNetwork)network;

    public IReadOnlyList<Value> Serve(IReadOnlyList<Value> inputs) => Inner.Serve([Normal(inputs[0])]);

    public Value Logits(Value features) => Inner.Logits(Normal(features));

    public override Value Compute(Value x) => Logits(x);

    /// <summary>Logits of a network that has a teacher, <see cref="ITaughtNetwork.Heads"/>.</summary>
    public (Tensor Own, Tensor Teachers) Heads(Tensor features) =>
        TorchValue.Run((x, _) => ((ITaughtNetwork)network).Heads(Normal(x)), features, features);

    /// <inheritdoc cref="IAdaptiveNetwork.Operations"/>
    public double Operations(Tensor features)
    {
        using var scope = NewDisposeScope();
        return ((IAdaptiveNetwork)network).Operations(TorchValue.Run(Normal, features));
    }

    private Value Normal(Value features) => ((frontEnd is null ? features : features.Apply(frontEnd)) - mean) * istd;
}
