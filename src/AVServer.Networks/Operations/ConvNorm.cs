using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>
/// A convolution, a batch norm and the function behind it, if there is one. Zeros around keep the lengths where the stride is 1 and the
/// kernel odd.
/// </summary>
public sealed class ConvNorm : Layer
{
    private readonly Convolution convolution;
    private readonly BatchNorm norm;
    private readonly Function? _function;

    private ConvNorm(Convolution convolution, BatchNorm norm, Function? function) : base(nameof(ConvNorm))
    {
        (this.convolution, this.norm, _function) = (convolution, norm, function);
        RegisterComponents();
    }

    /// <summary>Over time: [B, in, T] → [B, out, T / stride].</summary>
    public static ConvNorm OfTime(
        long input, long output, long kernel, Function? function = Function.Relu, long stride = 1, long dilation = 1, long groups = 1) =>
        new(Conv1d(input, output, kernel, stride: stride, padding: (kernel - 1) * dilation / 2, dilation: dilation, groups: groups,
            bias: false), BatchNorm1d(output), function);

    /// <summary>Over a picture: [B, in, H, W] → [B, out, H / stride, W / stride].</summary>
    public static ConvNorm OfPicture(
        long input, long output, long kernel = 1, Function? function = Function.Relu, long stride = 1, long groups = 1) =>
        OfPicture(input, output, (kernel, kernel), (stride, stride), function, groups);

    /// <summary>Over a picture whose two axes are treated differently.</summary>
    public static ConvNorm OfPicture(
        long input, long output, (long Height, long Width) kernel, (long Height, long Width) stride, Function? function = Function.Relu,
        long groups = 1, bool bias = false) =>
        new(Conv2d(input, output, kernel, stride: stride, padding: (kernel.Height / 2, kernel.Width / 2), groups: groups, bias: bias),
            BatchNorm2d(output), function);

    public override Value Compute(Value x)
    {
        var normal = x.Apply(convolution).Apply(norm);
        return _function is { } function ? normal.Map(function) : normal;
    }
}
