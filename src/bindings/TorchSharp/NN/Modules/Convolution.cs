using TorchSharp.Interop;

namespace TorchSharp.Modules;

/// <summary>What the convolutions of one, two and three dimensions share: weight [out, in / groups, kernel…], bias [out].</summary>
public abstract class Convolution : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    private readonly string _operator;
    private readonly PaddingModes _paddingMode;
    private readonly long[] _edges;

    private protected Convolution(string name, string operatorName, in ConvolutionShape shape, bool bias, torch.Device? device, torch.ScalarType? dtype)
        : base(name)
    {
        if (shape.InChannels % shape.Groups != 0 || shape.OutChannels % shape.Groups != 0)
            throw new ArgumentException($"Expected channels that divide into {shape.Groups} groups, got {shape.InChannels} in and {shape.OutChannels} out.", nameof(shape));
        _operator = operatorName;
        _paddingMode = shape.PaddingMode;
        _edges = shape.Padding.Reverse().SelectMany(amount => new[] { amount, amount }).ToArray();
        kernel_size = shape.Kernel;
        stride = shape.Stride;
        padding = shape.Padding;
        dilation = shape.Dilation;
        groups = shape.Groups;
        weight = new Parameter(torch.empty([shape.OutChannels, shape.InChannels / shape.Groups, .. shape.Kernel], dtype, device));
        torch.nn.init.kaiming_uniform_(weight, Math.Sqrt(5));
        register_parameter(nameof(weight), weight);
        if (!bias) return;
        var bound = 1 / Math.Sqrt(torch.nn.init.CalculateFanInAndFanOut(weight).fanIn);
        this.bias = new Parameter(torch.empty([shape.OutChannels], dtype, device));
        torch.nn.init.uniform_(this.bias, -bound, bound);
        register_parameter(nameof(bias), this.bias);
    }

    public Parameter weight { get; }

    public Parameter? bias { get; }

    public long[] kernel_size { get; }

    public long[] stride { get; }

    public long[] padding { get; }

    public long[] dilation { get; }

    public long groups { get; }

    public override torch.Tensor forward(torch.Tensor input)
    {
        if (_paddingMode == PaddingModes.Zeros) return Aten.Call(_operator, input, weight, bias, stride, padding, dilation, groups);
        using var padded = torch.nn.functional.pad(input, _edges, _paddingMode);
        return Aten.Call(_operator, padded, weight, bias, stride, new long[padding.Length], dilation, groups);
    }
}

internal readonly record struct ConvolutionShape(
    long InChannels, long OutChannels, long[] Kernel, long[] Stride, long[] Padding, long[] Dilation, PaddingModes PaddingMode, long Groups);

/// <summary>Convolution over [batch, channels, length].</summary>
public sealed class Conv1d : Convolution
{
    internal Conv1d(in ConvolutionShape shape, bool bias, torch.Device? device, torch.ScalarType? dtype)
        : base(nameof(Conv1d), "conv1d", shape, bias, device, dtype)
    {
    }
}

/// <summary>Convolution over [batch, channels, height, width].</summary>
public sealed class Conv2d : Convolution
{
    internal Conv2d(in ConvolutionShape shape, bool bias, torch.Device? device, torch.ScalarType? dtype)
        : base(nameof(Conv2d), "conv2d", shape, bias, device, dtype)
    {
    }
}

/// <summary>Convolution over [batch, channels, depth, height, width].</summary>
public sealed class Conv3d : Convolution
{
    internal Conv3d(in ConvolutionShape shape, bool bias, torch.Device? device, torch.ScalarType? dtype)
        : base(nameof(Conv3d), "conv3d", shape, bias, device, dtype)
    {
    }
}
