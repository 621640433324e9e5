using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Size of a <see cref="Crnn"/>: the defaults are the paper's.</summary>
/// <param name="Window">What it is given.</param>
/// <param name="Filters">Filters of the convolution.</param>
/// <param name="Cells">Units of a recurrent layer in each direction.</param>
/// <param name="Dense">Units before the classifier.</param>
public sealed record CrnnConfig(KeywordWindow Window, int Filters = 32, int Cells = 32, int Dense = 64)
{
    /// <summary>Filters reach over so many frames and values.</summary>
    public static (int Frames, int Values) Kernel => (20, 5);

    /// <summary>And move so far.</summary>
    public static (int Frames, int Values) Stride => (8, 2);
}

/// <summary>Keyword network of a window: a convolution with long strides, two recurrent layers in both directions, a dense layer.</summary>
/// <remarks>
/// Arik et al., "Convolutional Recurrent Neural Networks for Small-Footprint Keyword Spotting" (Interspeech 2017, arXiv 1703.05390), §2,
/// figure 1.
/// </remarks>
public sealed class Crnn : WindowNetwork
{
    private readonly Conv2d convolution;
    private readonly ModuleList<GRU> forwards;
    private readonly ModuleList<GRU> backwards;
    private readonly Linear dense;
    private readonly Linear classifier;
    private readonly long _steps;
    private readonly long _width;

    public Crnn(CrnnConfig config) : base(nameof(Crnn), config.Window)
    {
        var (kernel, stride) = (CrnnConfig.Kernel, CrnnConfig.Stride);
        _steps = Places(config.Window.Frames, stride.Frames);
        _width = config.Filters * Places(config.Window.Values, stride.Values);
        convolution = Conv2d(1, config.Filters, (kernel.Frames, kernel.Values), stride: (stride.Frames, stride.Values));
        forwards = Layers();
        backwards = Layers();
        dense = Linear(_steps * 2 * config.Cells, config.Dense);
        classifier = Linear(config.Dense, config.Window.Labels);
        RegisterComponents();

        ModuleList<GRU> Layers() => ModuleList(
            GRU(_width, config.Cells, batchFirst: true), GRU(2 * config.Cells, config.Cells, batchFirst: true));
    }

    /// <summary>Frames [B, T, values] → logits [B, labels].</summary>
    public override Value Compute(Value features)
    {
        var (frames, values) = (Missing(Window.Frames, CrnnConfig.Kernel.Frames, CrnnConfig.Stride.Frames),
            Missing(Window.Values, CrnnConfig.Kernel.Values, CrnnConfig.Stride.Values));
        var picture = features.Unsqueeze(1).Pad(2, frames / 2, frames - (frames / 2)).Pad(3, values / 2, values - (values / 2));
        var maps = picture.Apply(convolution).Relu();                                             // [B, filters, T / 8, F / 2]
        var x = maps.Permute(0, 2, 1, 3).Reshape(0, _steps, _width);
        for (var i = 0; i < forwards.Count; i++)
            x = x.Recur(forwards[i]).Concat(2, x.Flip(1).Recur(backwards[i]).Flip(1));            // [B, T / 8, 2 · cells]
        return x.Reshape(0, _steps * x.Length(2)).Apply(dense).Relu().Apply(classifier);
    }

    private static long Places(int length, int stride) => (length + stride - 1) / stride;

    /// <summary>Zeros around an axis with which a kernel finds a place for each stride.</summary>
    private static long Missing(int length, int kernel, int stride) =>
        Math.Max(0, ((Places(length, stride) - 1) * stride) + kernel - length);
}
