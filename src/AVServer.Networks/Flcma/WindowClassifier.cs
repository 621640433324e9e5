using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Flcma;

/// <summary>Encoded tokens of a window [B, T, D] → logit of the wake word [B]: attentive pooling and two linear layers.</summary>
/// <remarks>Wang et al., arXiv 2403.01700, name "linear layers": two with a ReLU between them are our reading.</remarks>
public sealed class WindowClassifier : Layer
{
    private readonly AttentivePooling pooling;
    private readonly Linear hidden;
    private readonly Dropout dropout;
    private readonly Linear output;

    internal WindowClassifier(FlcmaConfig config) : base(nameof(WindowClassifier))
    {
        pooling = new AttentivePooling(config.Dim);
        hidden = Linear(config.Dim, config.Dim);
        dropout = Dropout(config.Dropout);
        output = Linear(config.Dim, 1);
        RegisterComponents();
    }

    public override Value Compute(Value tokens) =>
        tokens.Apply(pooling).Apply(hidden).Relu().Apply(dropout).Apply(output).Squeeze(1);
}
