using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Flcma;

/// <summary>
/// Convolution module of the conformer (Gulati et al., arXiv 2005.08100): LN, pointwise convolution, GLU, depthwise convolution
/// over time, BN, Swish, pointwise convolution; [B, T, D].
/// </summary>
public sealed class ConvolutionModule : Layer
{
    private readonly LayerNorm norm;
    private readonly Conv1d expand;
    private readonly Conv1d depthwise;
    private readonly BatchNorm1d batchNorm;
    private readonly Conv1d contract;
    private readonly Dropout dropout;

    internal ConvolutionModule(int dim, int kernel, double dropout) : base(nameof(ConvolutionModule))
    {
        norm = LayerNorm(dim);
        expand = Conv1d(dim, 2 * dim, kernel_size: 1);
        depthwise = Conv1d(dim, dim, kernel, padding: kernel / 2, groups: dim);
        batchNorm = BatchNorm1d(dim);
        contract = Conv1d(dim, dim, kernel_size: 1);
        this.dropout = Dropout(dropout);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var gated = x.Apply(norm).Transpose(1, 2).Apply(expand).Glu(1);                   // [B, D, T]
        var convolved = gated.Apply(depthwise).Apply(batchNorm).Silu();
        return convolved.Apply(contract).Transpose(1, 2).Apply(dropout);
    }
}
