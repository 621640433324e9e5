using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks.Flcma;

/// <summary>
/// Tells tokens [B, T, D] their place in the window: √D · token + sines and cosines of wavelengths from 2π to 10,000 · 2π
/// (Vaswani et al., arXiv 1706.03762, 3.4 and 3.5); our reading, the paper names no positions.
/// </summary>
public sealed class Positions : Layer
{
    private readonly Dropout dropout;
    private readonly double _scale;

    internal Positions(FlcmaConfig config) : base(nameof(Positions))
    {
        _scale = Math.Sqrt(config.Dim);
        dropout = Dropout(config.Dropout);
        register_buffer("table", Table(config.VideoFrames, config.Dim), persistent: false);
        RegisterComponents();
    }

    public override Value Compute(Value tokens) => ((tokens * _scale) + get_buffer("table")!).Apply(dropout);

    private static Tensor Table(int tokens, int dim)
    {
        var values = new float[tokens * dim];
        for (var token = 0; token < tokens; token++)
        {
            for (var pair = 0; pair < dim / 2; pair++)
            {
                var (sine, cosine) = Math.SinCos(token * Math.Pow(10_000, -2.0 * pair / dim));
                values[(token * dim) + (2 * pair)] = (float)sine;
                values[(token * dim) + (2 * pair) + 1] = (float)cosine;
            }
        }
        return tensor(values, [tokens, dim]);
    }
}
