using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Flcma;

/// <summary>
/// Basic block of ResNet-18 (He et al., arXiv 1512.03385): two 3×3 convolutions with BN around a residual; a 1×1 convolution
/// takes the residual along where size or channels change. [N, in, H, W] → [N, out, ⌈H / stride⌉, ⌈W / stride⌉].
/// </summary>
public sealed class ResidualBlock : Layer
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Conv2d? shortcut;
    private readonly BatchNorm2d? shortcutNorm;

    internal ResidualBlock(int input, int output, int stride) : base(nameof(ResidualBlock))
    {
        conv1 = Conv2d(input, output, kernel_size: 3, stride: stride, padding: 1, bias: false);
        bn1 = BatchNorm2d(output);
        conv2 = Conv2d(output, output, kernel_size: 3, padding: 1, bias: false);
        bn2 = BatchNorm2d(output);
        if (stride != 1 || input != output)
        {
            shortcut = Conv2d(input, output, kernel_size: 1, stride: stride, bias: false);
            shortcutNorm = BatchNorm2d(output);
        }
        foreach (var convolution in new[] { conv1, conv2, shortcut }.OfType<Conv2d>())
            init.kaiming_normal_(convolution.weight, mode: init.FanInOut.FanOut, nonlinearity: init.NonlinearityType.ReLU);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var hidden = x.Apply(conv1).Apply(bn1).Relu();
        var residual = shortcut is null ? x : x.Apply(shortcut).Apply(shortcutNorm!);
        return (hidden.Apply(conv2).Apply(bn2) + residual).Relu();
    }
}
