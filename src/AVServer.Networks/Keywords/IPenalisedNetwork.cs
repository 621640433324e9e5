using static TorchSharp.torch;

namespace AVServer.Networks;

/// <summary>A network that learns more than to be right: to fire seldom, to leave parts out, to need few of its inputs.</summary>
public interface IPenalisedNetwork
{
    /// <summary>What its last batch in training adds to the loss.</summary>
    Tensor Penalty();
}
