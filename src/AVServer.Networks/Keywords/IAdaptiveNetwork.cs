using static TorchSharp.torch;

namespace AVServer.Networks;

/// <summary>A network whose work depends on what it hears, so that its multiplications alone don't tell what it costs.</summary>
public interface IAdaptiveNetwork
{
    /// <summary>
    /// Operations on features [B, T, values], the mean of a clip's where it looks at windows, of a step of 80 ms where it streams: what it
    /// would do if it left out what it finds needless. The network is in evaluation mode.
    /// </summary>
    double Operations(Tensor features);
}
