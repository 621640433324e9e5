using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Flcma;

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

    public override Tensor forward(Tensor audio, Tensor video) => TorchValue.Run(Compute, audio, video);

    internal Value Compute(Value audio, Value video)
    {
        var maps = audio.Stack(1, video);                                                 // [B, 2, T, D]
        return maps.Apply(conv1).Silu().Apply(conv2).Silu().Apply(conv3).Squeeze(1);
    }
}
