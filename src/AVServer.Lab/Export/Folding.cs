using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AVServer.Lab.Export;

/// <summary>Merges layers that are linear at evaluation into the weights beside them, in double precision.</summary>
internal static class Folding
{
    /// <summary>A batch norm as value · scale + shift, each [channels].</summary>
    internal static (Tensor Scale, Tensor Shift) Affine(BatchNorm norm)
    {
        var scale = norm.weight!.to(float64) / (norm.running_var!.to(float64) + norm.eps).sqrt();
        return (scale, norm.bias!.to(float64) - (norm.running_mean!.to(float64) * scale));
    }

    /// <summary>A convolution and the batch norm behind it as one: weight [out, …] and bias [out].</summary>
    internal static (Tensor Weight, Tensor Bias) Normed(Tensor weight, Tensor? bias, BatchNorm norm)
    {
        var (scale, shift) = Affine(norm);
        var scaled = (weight.to(float64).flatten(1) * scale.unsqueeze(1)).view(weight.shape);
        return (scaled, bias is null ? shift : shift + (bias.to(float64) * scale));
    }

    /// <summary>A convolution's weight [out, in, taps], over the rows of <c>taps · in</c> inputs: [taps · in, out].</summary>
    internal static Tensor Matrix(Tensor convolution) => convolution.to(float64).permute(2, 1, 0).reshape(-1, convolution.size(0));

    /// <summary>Input normalisation merged into the matrix behind it, whose rows repeat the input's values <c>taps</c> times.</summary>
    /// <returns>The matrix, and what the means add to the result.</returns>
    internal static (Tensor Matrix, Tensor Shift) Normalised(Tensor matrix, Tensor mean, Tensor istd, long taps)
    {
        var scaled = matrix * istd.to(float64).repeat(taps).unsqueeze(1);
        return (scaled, -(mean.to(float64).repeat(taps).unsqueeze(1) * scaled).sum(0L));
    }
}
