using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>
/// Per-channel energy normalisation: each mel band's energy over what it was on average lately, so that loudness and standing noise go;
/// log-mel values [B, T, mels] → [B, T, mels], with gain, offset and root of each band learnt.
/// </summary>
/// <remarks>
/// Wang et al., "Trainable Frontend for Robust and Far-Field Keyword Spotting" (ICASSP 2017, arXiv 1607.05666), §2, with its smoother of
/// 0.025 fixed. The average begins with the window's first frame; so it is for windows alone.
/// </remarks>
public sealed class Pcen : Layer
{
    private const double Smoothing = 0.025;
    private const double Least = 1e-6;

    private readonly Parameter gain;
    private readonly Parameter offset;
    private readonly Parameter root;

    /// <param name="mels">Values of a frame.</param>
    public Pcen(int mels) : base(nameof(Pcen))
    {
        gain = Parameter(full([mels], 0.98f));
        offset = Parameter(full([mels], 2f));
        root = Parameter(full([mels], 0.5f));
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var average = x.Constant(Smoother(x.Length(1))).MatMul(x.Exp());                          // [B, T, mels]
        var even = (x - ((average + Least).Map(Function.Log) * gain)).Exp();
        // A power of something positive.
        return ((even + offset).Map(Function.Log) * root).Exp() - offset.pow(root);
    }

    /// <summary>Weight of each frame in the average at each frame, [frames, frames]: a first-order filter written out.</summary>
    private static Tensor Smoother(long frames)
    {
        var weights = new float[frames * frames];
        for (var t = 0; t < frames; t++)
            for (var k = 0; k <= t; k++)
                weights[(t * frames) + k] = (float)((k == 0 ? 1 : Smoothing) * Math.Pow(1 - Smoothing, t - k));
        return tensor(weights, [frames, frames]);
    }
}
