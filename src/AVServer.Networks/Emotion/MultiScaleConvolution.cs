using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Emotion;

/// <summary>
/// Multi-scale convolution (MSCNN): four parallel layers whose kernels span all values of a frame and differ in time, each with a ReLU.
/// </summary>
/// <remarks>
/// Peng et al., arXiv 2106.04133, section 2.1. A 2-D kernel over the whole feature axis is a 1-D one with the features as channels.
/// Zeros stand before and after the sequence, so that every position is the middle of a kernel; positions beyond the sequence are zero.
/// </remarks>
public sealed class MultiScaleConvolution : Module
{
    private readonly ModuleList<Conv1d> scales;
    private readonly int _hop;

    /// <param name="features">Values of a frame.</param>
    /// <param name="filters">Filters of each kernel.</param>
    /// <param name="kernels">Frames of each kernel.</param>
    /// <param name="hop">Frames from one position to the next.</param>
    internal MultiScaleConvolution(int features, int filters, IReadOnlyList<int> kernels, int hop) : base(nameof(MultiScaleConvolution))
    {
        _hop = hop;
        scales = ModuleList([.. kernels.Select(kernel => Conv1d(features, filters, kernel, stride: hop))]);
        RegisterComponents();
    }

    /// <summary>
    /// Frames [B, T, features] of which <paramref name="lengths"/> [B] are valid → maps [B, 4 · filters, ⌈T / hop⌉] and their mask [B,
    /// ⌈T / hop⌉].
    /// </summary>
    internal (Value Maps, Value Mask) Compute(Value frames, Value lengths)
    {
        var x = (frames * frames.Within(lengths, 1).Unsqueeze(2)).Transpose(1, 2);                 // [B, features, T]
        Value[] each = [.. scales.Select(scale => x.Pad(2, (scale.kernel_size[0] - 1) / 2, scale.kernel_size[0] / 2).Apply(scale))];
        var maps = each[0].Concat(1, each.AsSpan(1)).Relu();
        var mask = maps.Within(lengths.Plus(_hop - 1).Quotient(_hop), 2);                          // [B, T']
        return (maps * mask.Unsqueeze(1), mask);
    }
}
