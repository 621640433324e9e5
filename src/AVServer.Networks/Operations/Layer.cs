using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>
/// A part of a network with one input and one output. It is a module of libtorch, which holds its weights, and is written over <see
/// cref="Value"/>.
/// </summary>
public abstract class Layer : Module<Tensor, Tensor>
{
    private protected Layer(string name) : base(name)
    {
    }

    /// <summary>What it computes, in training, in a graph and step by step in a stream.</summary>
    public abstract Value Compute(Value x);

    /// <inheritdoc cref="Compute(Value)"/>
    public sealed override Tensor forward(Tensor x) => TorchValue.Run(Compute, x);
}
