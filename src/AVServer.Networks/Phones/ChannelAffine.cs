using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>A scale and a shift for each channel: a batch norm whose statistics are settled, and may be tuned like any weight.</summary>
public sealed class ChannelAffine : Layer
{
    private readonly Parameter scale;
    private readonly Parameter shift;

    internal ChannelAffine(int channels) : base(nameof(ChannelAffine))
    {
        scale = Parameter(ones(channels, 1));
        shift = Parameter(zeros(channels, 1));
        RegisterComponents();
    }

    /// <summary>Both, each [channels, 1]; for import.</summary>
    internal (Parameter Scale, Parameter Shift) Values => (scale, shift);

    /// <summary>[B, channels, T] → the same.</summary>
    public override Value Compute(Value x) => (x * scale) + shift;
}
