using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Models;

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
public sealed class MdtcBlock : Module<Tensor, Tensor, (Tensor, Tensor)>
{
    private readonly Parameter depthwise;
    private readonly Parameter pointwise;
    private readonly BatchNorm1d norm1;
    private readonly Conv1d pointwise2;
    private readonly BatchNorm1d norm2;
    private readonly Conv1d squeeze;
    private readonly Conv1d excite;
    private readonly int _dilation;

    internal MdtcBlock(int width, int kernel, int dilation, int reduction) : base(nameof(MdtcBlock))
    {
        _dilation = dilation;
        Past = (kernel - 1) * dilation;
        depthwise = Parameter(init.kaiming_uniform_(empty(width, 1, kernel), Math.Sqrt(3)));
        pointwise = Parameter(init.kaiming_uniform_(empty(width, width, 1), Math.Sqrt(3)));
        norm1 = BatchNorm1d(width);
        pointwise2 = Conv1d(width, width, 1, bias: false);
        norm2 = BatchNorm1d(width);
        squeeze = Conv1d(width, width / reduction, 1);
        excite = Conv1d(width / reduction, width, 1);
        RegisterComponents();
    }

    /// <summary>Steps of input that the block keeps for the next chunk.</summary>
    public int Past { get; }

    /// <summary>Distance of two taps, in steps.</summary>
    public int Dilation => _dilation;

    /// <summary>One chunk: input [B, width, S] and the steps before it [B, width, <see cref="Past"/>] → output, and the last steps of input.</summary>
    public override (Tensor, Tensor) forward(Tensor x, Tensor past)
    {
        using var scope = NewDisposeScope();
        var seen = cat([past, x], 2);                                                             // [B, D, past + S]
        var hidden = functional.relu(norm1.call(functional.conv1d(seen, DenseWeight(), dilation: _dilation)));
        var gate = excite.call(functional.relu(functional.conv1d(seen, SqueezeWeight(), squeeze.bias, dilation: _dilation))).sigmoid();
        var output = functional.relu(norm2.call(pointwise2.call(hidden)) * gate + x);
        var last = seen.narrow(2, seen.size(2) - Past, Past);
        return (output.MoveToOuterDisposeScope(), last.MoveToOuterDisposeScope());
    }

    /// <summary>Depthwise and first pointwise convolution as one: [out, in, taps].</summary>
    internal Tensor DenseWeight() => pointwise * depthwise.transpose(0, 1);

    /// <summary>The squeeze's mean over the taps and its linear layer as one convolution: [hidden, in, taps].</summary>
    internal Tensor SqueezeWeight() => (squeeze.weight / (double)depthwise.size(2)).expand(-1, -1, depthwise.size(2));

    /// <summary>The other layers, for an exporter.</summary>
    internal (BatchNorm1d Norm1, Conv1d Pointwise, BatchNorm1d Norm2, Tensor SqueezeBias, Conv1d Excite) Layers =>
        (norm1, pointwise2, norm2, squeeze.bias!, excite);
}
