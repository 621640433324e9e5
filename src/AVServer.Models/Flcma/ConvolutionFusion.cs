using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Models.Flcma;

/// <summary>
/// Fuses the encoded modalities: 2-D convolutions with 4, 2 and 1 channels over the two stacked maps (time, values); audio and
/// video [B, T, D] → [B, T, D].
/// </summary>
/// <remarks>Wang et al., arXiv 2403.01700; kernel 3 and Swish between the convolutions are our reading.</remarks>
public sealed class ConvolutionFusion : Module<Tensor, Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly Conv2d conv2;
    private readonly Conv2d conv3;

    internal ConvolutionFusion() : base(nameof(ConvolutionFusion))
    {
        conv1 = Conv2d(2, 4, kernel_size: 3, padding: 1);
        conv2 = Conv2d(4, 2, kernel_size: 3, padding: 1);
        conv3 = Conv2d(2, 1, kernel_size: 3, padding: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor audio, Tensor video)
    {
        using var scope = NewDisposeScope();
        var maps = stack([audio, video], 1);                                              // [B, 2, T, D]
        var hidden = functional.silu(conv2.call(functional.silu(conv1.call(maps))));
        return conv3.call(hidden).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>The convolutions in order, for an exporter.</summary>
    internal (Conv2d First, Conv2d Second, Conv2d Third) Layers => (conv1, conv2, conv3);
}
