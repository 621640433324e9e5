using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Models.Emotion;

/// <summary>Multi-scale convolution (MSCNN): four parallel layers whose kernels span all values of a frame and differ in time, each with a ReLU.</summary>
/// <remarks>
/// Peng et al., arXiv 2106.04133, section 2.1. A 2-D kernel over the whole feature axis is a 1-D one with the features as channels. Zeros stand before and
/// after the sequence, so that every position is the middle of a kernel; positions beyond the sequence are zero.
/// </remarks>
public sealed class MultiScaleConvolution : Module<Tensor, Tensor, (Tensor Maps, Tensor Mask)>
{
    private readonly ModuleList<Conv1d> scales;

    /// <param name="features">Values of a frame.</param>
    /// <param name="filters">Filters of each kernel.</param>
    /// <param name="kernels">Frames of each kernel.</param>
    /// <param name="hop">Frames from one position to the next.</param>
    internal MultiScaleConvolution(int features, int filters, IReadOnlyList<int> kernels, int hop) : base(nameof(MultiScaleConvolution))
    {
        Hop = hop;
        scales = ModuleList([.. kernels.Select(kernel => Conv1d(features, filters, kernel, stride: hop))]);
        RegisterComponents();
    }

    internal int Hop { get; }

    /// <summary>The layers, for an exporter.</summary>
    internal ModuleList<Conv1d> Scales => scales;

    /// <summary>Zeros before the sequence, and after it.</summary>
    internal static (long Before, long After) PaddingOf(Conv1d scale) => ((scale.kernel_size[0] - 1) / 2, scale.kernel_size[0] / 2);

    /// <summary>Frames [B, T, features] of which <paramref name="lengths"/> [B] are valid → maps [B, 4 · filters, ⌈T / hop⌉] and their mask.</summary>
    public override (Tensor Maps, Tensor Mask) forward(Tensor frames, Tensor lengths)
    {
        using var scope = NewDisposeScope();
        var valid = StatisticalPooling.Mask(lengths, frames.size(1), frames).unsqueeze(2);         // [B, T, 1]
        var x = (frames * valid).transpose(1, 2);                                                  // [B, features, T]
        var maps = cat([.. scales.Select(scale => Convolve(scale, x))], 1);
        var positions = (lengths + (Hop - 1)).to_type(float64).div(Hop).floor();
        var mask = StatisticalPooling.Mask(positions, maps.size(2), frames);                       // [B, T']
        return ((functional.relu(maps) * mask.unsqueeze(1)).MoveToOuterDisposeScope(), mask.MoveToOuterDisposeScope());
    }

    private static Tensor Convolve(Conv1d scale, Tensor x)
    {
        var (before, after) = PaddingOf(scale);
        return scale.call(functional.pad(x, [before, after]));
    }
}
