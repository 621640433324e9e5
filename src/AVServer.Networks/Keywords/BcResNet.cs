using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Size of a <see cref="BcResNet"/>: the defaults are those of BC-ResNet-1.</summary>
/// <param name="Mels">Fbank values a frame; 8 · <see cref="Bands"/> at that.</param>
/// <param name="Frames">Frames of a window.</param>
/// <param name="Width">What the channels are multiples of: 8 for BC-ResNet-1, 64 for BC-ResNet-8; an even number.</param>
/// <param name="Bands">Bands of frequency that are normalised apart.</param>
/// <param name="Labels">Words that are told apart.</param>
/// <param name="Dropout">Share of channels dropped in training.</param>
public sealed record BcResNetConfig(int Mels = 40, int Frames = 101, int Width = 8, int Bands = 5, int Labels = 12, double Dropout = 0.1);

/// <summary>
/// Keyword network of a window: each block convolves maps over frequency, then their mean over frequency over time, and broadcasts that
/// back to the maps.
/// </summary>
/// <remarks>Kim et al., "Broadcasted Residual Learning for Efficient Keyword Spotting" (Interspeech 2021, arXiv 2106.04140).</remarks>
public sealed class BcResNet : WindowNetwork
{
    private readonly Conv2d stem;
    private readonly BatchNorm2d stemNorm;
    private readonly Sequential blocks;
    private readonly Conv2d depthwise;
    private readonly Conv2d pointwise;
    private readonly BatchNorm2d pointwiseNorm;
    private readonly Conv2d classifier;

    public BcResNet(BcResNetConfig config)
        : base(nameof(BcResNet), new KeywordWindow(config.Frames, config.Mels, config.Labels))
    {
        Config = config;
        var width = config.Width;
        stem = Conv2d(1, 2 * width, (5L, 5L), stride: (2L, 1L), padding: (2L, 2L), bias: false);
        stemNorm = BatchNorm2d(2 * width);
        blocks = Sequential(Blocks(config));
        depthwise = Conv2d(5 * width / 2, 5 * width / 2, (5L, 5L), padding: (0L, 2L), groups: 5 * width / 2, bias: false);
        pointwise = Conv2d(5 * width / 2, 4 * width, 1, bias: false);
        pointwiseNorm = BatchNorm2d(4 * width);
        classifier = Conv2d(4 * width, config.Labels, 1);
        RegisterComponents();
    }

    public BcResNetConfig Config { get; }

    /// <summary>Fbank [B, T, mels] → logits [B, labels].</summary>
    public override Value Compute(Value fbank)
    {
        var x = Picture(fbank).Apply(stem).Apply(stemNorm).Relu();                                // [B, 2 W, mels / 2, T]
        x = x.Apply(blocks).Apply(depthwise);                                                     // [B, 2.5 W, mels / 8 − 4, T]
        x = x.Apply(pointwise).Apply(pointwiseNorm).Relu().Mean(keep: true, 2, 3);                // [B, 4 W, 1, 1]
        return x.Apply(classifier).Squeeze(3).Squeeze(2);
    }

    /// <summary>
    /// Four stages; the first block of each changes the channels, two of them halve the frequencies, each doubles the reach over time.
    /// </summary>
    private static IEnumerable<Module<Tensor, Tensor>> Blocks(BcResNetConfig config)
    {
        var (input, width) = (2 * config.Width, config.Width);
        foreach (var (stage, output, count) in new[] { (0, width, 2), (1, 3 * width / 2, 2), (2, 2 * width, 4), (3, 5 * width / 2, 4) })
        {
            for (var i = 0; i < count; i++)
            {
                yield return new BroadcastBlock(input, output, stride: i == 0 && stage is 1 or 2 ? 2 : 1, dilation: 1 << stage, config);
                input = output;
            }
        }
    }
}

/// <summary>A block of <see cref="BcResNet"/>: [B, in, F, T] → [B, out, F / stride, T].</summary>
public sealed class BroadcastBlock : Layer
{
    private readonly Conv2d? expand;
    private readonly BatchNorm2d? expandNorm;
    private readonly Conv2d overFrequency;
    private readonly SubSpectralNorm bandNorm;
    private readonly Conv2d overTime;
    private readonly BatchNorm2d timeNorm;
    private readonly Conv2d pointwise;
    private readonly Dropout2d dropout;

    internal BroadcastBlock(int input, int output, int stride, int dilation, BcResNetConfig config) : base(nameof(BroadcastBlock))
    {
        if (input != output)
        {
            expand = Conv2d(input, output, 1, bias: false);
            expandNorm = BatchNorm2d(output);
        }

        overFrequency = Conv2d(output, output, (3L, 1L), stride: (stride, 1L), padding: (1L, 0L), groups: output, bias: false);
        bandNorm = new SubSpectralNorm(output, config.Bands);
        overTime = Conv2d(output, output, (1L, 3L), padding: (0L, dilation), dilation: (1L, dilation), groups: output, bias: false);
        timeNorm = BatchNorm2d(output);
        pointwise = Conv2d(output, output, 1, bias: false);
        dropout = Dropout2d(config.Dropout);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var expanded = expand is null ? x : x.Apply(expand).Apply(expandNorm!).Relu();
        var maps = expanded.Apply(overFrequency).Apply(bandNorm);                                          // [B, out, F', T]
        var moments = maps.Mean(keep: true, 2).Apply(overTime).Apply(timeNorm).Silu();                     // [B, out, 1, T]
        var sum = maps + moments.Apply(pointwise).Apply(dropout);
        return (expand is null ? sum + x : sum).Relu();
    }
}

/// <summary>A batch norm for each of some bands of frequency: [B, C, F, T].</summary>
/// <remarks>Chang et al., "SubSpectral Normalization for Neural Audio Data Processing" (ICASSP 2021, arXiv 2103.13620).</remarks>
public sealed class SubSpectralNorm : Layer
{
    private readonly BatchNorm2d norm;
    private readonly int _bands;

    internal SubSpectralNorm(int channels, int bands) : base(nameof(SubSpectralNorm))
    {
        _bands = bands;
        norm = BatchNorm2d(channels * bands);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var (channels, frequencies) = (x.Length(1), x.Length(2));
        return x.Reshape(0, channels * _bands, frequencies / _bands, -1).Apply(norm).Reshape(0, channels, frequencies, -1);
    }
}
