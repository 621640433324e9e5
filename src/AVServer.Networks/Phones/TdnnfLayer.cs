using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>
/// A layer of <see cref="PhoneNet"/>: a convolution in two factors, ReLU, normalisation by fixed statistics, and a part of its input
/// beside.
/// </summary>
/// <remarks>
/// Povey et al., "Semi-Orthogonal Low-Rank Matrix Factorization for Deep Neural Networks" (Interspeech 2018), §4: the first factor sees
/// the frame before, the second the frame after. Nothing is padded: a layer gives fewer frames than it gets.
/// </remarks>
public sealed class TdnnfLayer : Layer
{
    private readonly Conv1d linear;
    private readonly Conv1d affine;
    private readonly ChannelAffine norm;
    private readonly double _bypass;

    internal TdnnfLayer(PhoneNetConfig config, int stride) : base(nameof(TdnnfLayer))
    {
        (Stride, _bypass) = (stride, config.Bypass);
        var taps = stride == 0 ? 1 : 2;
        linear = Conv1d(config.Width, config.Rank, taps, dilation: Math.Max(1, stride), bias: false);
        affine = Conv1d(config.Rank, config.Width, taps, dilation: Math.Max(1, stride));
        norm = new ChannelAffine(config.Width);
        RegisterComponents();
    }

    /// <summary>Steps that the layer looks back, and as many ahead.</summary>
    public int Stride { get; }

    /// <summary>Both factors and the normalisation; for import.</summary>
    internal (Conv1d Linear, Conv1d Affine, ChannelAffine Norm) Layers => (linear, affine, norm);

    /// <summary>
    /// [B, width, T] → [B, width, T − 2 · stride]; as many as came in a stream, whose outputs come late by what the second factor sees
    /// ahead.
    /// </summary>
    public override Value Compute(Value x)
    {
        var hidden = Linear(x).Past(axis: 2, Stride, silence: false).Apply(affine).Relu().Apply(norm);  // [B, width, T − 2 · stride]
        var seen = x.Past(axis: 2, Stride, silence: false);                                           // [B, width, T]
        var middle = seen.Narrow(2, -(Stride + hidden.Length(2)), hidden.Length(2));
        return hidden + (middle * _bypass);
    }

    // The first factor, [B, width, T] → [B, rank, T − stride]. Both taps' products of a frame are formed when it comes, and the earlier
    // tap's wait for the frame behind: a stream keeps and moves vectors of the rank, not of the width.
    private Value Linear(Value x)
    {
        var (rank, width, taps) = (linear.weight!.size(0), linear.weight.size(1), linear.weight.size(2));
        var products = x.Convolve(linear.weight.permute(2, 0, 1).reshape(taps * rank, width, 1), bias: null); // [B, taps · rank, T]
        if (taps == 1) return products;
        var earlier = products.Narrow(1, 0, rank).Past(axis: 2, Stride, silence: false);
        var count = earlier.Length(2) - Stride;
        return earlier.Narrow(2, 0, count) + products.Narrow(1, rank, rank).Narrow(2, -count, count);
    }
}
