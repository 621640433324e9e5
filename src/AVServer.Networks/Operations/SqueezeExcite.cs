using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Weighs the channels of a picture by what its mean says of them: [B, C, H, W].</summary>
/// <remarks>Hu et al., "Squeeze-and-Excitation Networks" (CVPR 2018, arXiv 1709.01507), §3.</remarks>
public sealed class SqueezeExcite : Layer
{
    private readonly Conv2d squeeze;
    private readonly Conv2d excite;
    private readonly Function _gate;

    /// <param name="channels">Channels of the picture.</param>
    /// <param name="hidden">Values that they are squeezed to.</param>
    /// <param name="gate">What makes a weight of a value.</param>
    internal SqueezeExcite(long channels, long hidden, Function gate = Function.Sigmoid) : base(nameof(SqueezeExcite))
    {
        _gate = gate;
        squeeze = Conv2d(channels, hidden, 1);
        excite = Conv2d(hidden, channels, 1);
        RegisterComponents();
    }

    public override Value Compute(Value x) => x * x.Mean(keep: true, 2, 3).Apply(squeeze).Relu().Apply(excite).Map(_gate);
}
