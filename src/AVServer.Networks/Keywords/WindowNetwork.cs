namespace AVServer.Networks;

/// <summary>A network that says which word a window holds: frames [B, T, values] → logits [B, labels].</summary>
public abstract class WindowNetwork : Layer, IKeywordNetwork
{
    private protected WindowNetwork(string name, KeywordWindow window) : base(name) => Window = window;

    /// <summary>What it is given.</summary>
    public KeywordWindow Window { get; }

    public IReadOnlyList<NetworkInput> Inputs => [new("features", [-1, Window.Frames, Window.Values])];

    public IReadOnlyList<string> Outputs => ["posteriors"];

    public IReadOnlyList<Value> Serve(IReadOnlyList<Value> inputs) => [Posteriors(Compute(inputs[0]))];

    public Value Logits(Value features) => Compute(features);

    /// <summary>What is served of logits: shares of one, unless labels don't exclude each other.</summary>
    private protected virtual Value Posteriors(Value logits) => logits.Softmax(1);

    /// <summary>Frames as a picture of one channel, frequency downwards and time to the right: [B, 1, values, T].</summary>
    private protected static Value Picture(Value features) => features.Transpose(1, 2).Unsqueeze(1);
}
