namespace AVServer.Networks;

/// <summary>
/// A network that says at every step how sure it is of each word: frames [B, T, values] → logits [B, T / stride, words]. No step knows what
/// comes after it.
/// </summary>
public abstract class StreamNetwork : Layer, IKeywordNetwork
{
    private readonly int _values;

    private protected StreamNetwork(string name, int values) : base(name) => _values = values;

    public IReadOnlyList<NetworkInput> Inputs => [new("features", [-1, -1, _values])];

    public IReadOnlyList<string> Outputs => ["posteriors"];

    /// <inheritdoc cref="INetwork.Steps"/>
    public abstract NetworkSteps Steps { get; }

    NetworkSteps? INetwork.Steps => Steps;

    public IReadOnlyList<Value> Serve(IReadOnlyList<Value> inputs) => [Compute(inputs[0]).Sigmoid()];

    public Value Logits(Value features) => Compute(features);
}
