using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>
/// A block of <see cref="Mdtc"/>: depthwise dilated convolution, pointwise convolution, BN, ReLU, pointwise convolution, BN,
/// squeeze-and-excitation, residual, ReLU; all [B, width, steps].
/// </summary>
/// <remarks>
/// Two things differ from the paper. There is no BN between the depthwise and the first pointwise convolution: both are
/// linear, so they are applied as one dense convolution of their product, which on a processor trains three times faster.
/// The squeeze is not the mean over the utterance, which a stream doesn't know, but the mean over the taps of the depthwise
/// convolution, (kernel − 1)·dilation steps back: causal, with no cache of its own, and the same in training and streaming.
/// </remarks>
public sealed class MdtcBlock : Layer
{
    private readonly Parameter depthwise;
    private readonly Parameter pointwise;
    private readonly BatchNorm1d norm1;
    private readonly Conv1d pointwise2;
    private readonly BatchNorm1d norm2;
    private readonly Conv1d squeeze;
    private readonly Conv1d excite;
    private readonly int _past;
    private readonly Window _dilated;

    internal MdtcBlock(int width, int kernel, int dilation, int reduction) : base(nameof(MdtcBlock))
    {
        (_past, _dilated) = ((kernel - 1) * dilation, new Window(dilation: dilation));
        depthwise = Parameter(init.kaiming_uniform_(empty(width, 1, kernel), Math.Sqrt(3)));
        pointwise = Parameter(init.kaiming_uniform_(empty(width, width, 1), Math.Sqrt(3)));
        norm1 = BatchNorm1d(width);
        pointwise2 = Conv1d(width, width, 1, bias: false);
        norm2 = BatchNorm1d(width);
        squeeze = Conv1d(width, width / reduction, 1);
        excite = Conv1d(width / reduction, width, 1);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var seen = x.Past(axis: 2, _past, silence: true);                                         // [B, D, past + S]
        var hidden = seen.Convolve(DenseWeight(), bias: null, _dilated).Apply(norm1).Relu();      // [B, D, S]
        var squeezed = seen.Convolve(MeanWeight(), squeeze.bias, _dilated).Relu();                // [B, D / reduction, S]
        return (hidden.Apply(pointwise2).Apply(norm2) * squeezed.Apply(excite).Sigmoid() + x).Relu();
    }

    /// <summary>Depthwise and first pointwise convolution as one: [out, in, taps].</summary>
    private Tensor DenseWeight() => pointwise * depthwise.transpose(0, 1);

    /// <summary>The squeeze's mean over the taps and its linear layer as one convolution: [hidden, in, taps].</summary>
    private Tensor MeanWeight() => (squeeze.weight / (double)depthwise.size(2)).expand(-1, -1, depthwise.size(2));
}
