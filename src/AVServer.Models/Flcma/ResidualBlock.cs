using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Models.Flcma;

/// <summary>
/// Basic block of ResNet-18 (He et al., arXiv 1512.03385): two 3×3 convolutions with BN around a residual; a 1×1 convolution
/// takes the residual along where size or channels change. [N, in, H, W] → [N, out, ⌈H / stride⌉, ⌈W / stride⌉].
/// </summary>
public sealed class ResidualBlock : Module<Tensor, Tensor>
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

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var hidden = functional.relu(bn1.call(conv1.call(x)));
        var residual = shortcut is null ? x : shortcutNorm!.call(shortcut.call(x));
        return functional.relu(bn2.call(conv2.call(hidden)) + residual).MoveToOuterDisposeScope();
    }

    /// <summary>Each convolution with the norm behind it, for an exporter; no shortcut where the residual is the input itself.</summary>
    internal ((Conv2d Convolution, BatchNorm2d Norm) First, (Conv2d Convolution, BatchNorm2d Norm) Second, (Conv2d Convolution, BatchNorm2d Norm)? Shortcut) Layers =>
        ((conv1, bn1), (conv2, bn2), shortcut is null ? null : (shortcut, shortcutNorm!));
}
