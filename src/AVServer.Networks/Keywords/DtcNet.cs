using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>Size of a <see cref="DtcNet"/>, hence how far it looks back.</summary>
/// <param name="Values">Values of a frame.</param>
/// <param name="Words">Words, hence logits a step.</param>
/// <param name="Width">Channels.</param>
/// <param name="Stacks">Stacks; each adds the same number of frames to what is seen.</param>
/// <param name="BlocksPerStack">Blocks of a stack, of dilation 1, 2, 4, 8….</param>
/// <param name="Kernel">Taps.</param>
public sealed record DtcNetConfig(
    int Values = 40, int Words = 1, int Width = 64, int Stacks = 2, int BlocksPerStack = 4, int Kernel = 5)
{
    /// <summary>Dilations, block by block.</summary>
    public IEnumerable<int> Dilations => Enumerable.Range(0, Stacks * BlocksPerStack).Select(block => 1 << (block % BlocksPerStack));

    /// <summary>Frames that a step sees.</summary>
    public int ReceptiveFieldFrames => 1 + ((Kernel - 1) * Dilations.Sum());

    /// <summary>Multiplications of a frame.</summary>
    public long MultiplyAccumulates =>
        ((long)Values * Width) + ((long)Stacks * BlocksPerStack * Width * (Kernel + (2 * Width))) + ((long)Width * Words);
}

/// <summary>Keyword network of stacks of dilated temporal convolutions, as many as the word is long.</summary>
/// <remarks>
/// Hou et al., "Mining Effective Negative Training Samples for Keyword Spotting" (ICASSP 2020), §3.1, and the blocks of arXiv 2102.13552,
/// figure 2 (a): what <see cref="Mdtc"/> is without its second scale, the sum of the stacks.
/// </remarks>
public sealed class DtcNet : StreamNetwork
{
    private readonly ConvNorm project;
    private readonly ModuleList<DtcBlock> blocks;
    private readonly Conv1d classifier;
    private readonly DtcNetConfig _config;

    public DtcNet(DtcNetConfig config) : base(nameof(DtcNet), config.Values)
    {
        _config = config;
        project = ConvNorm.OfTime(config.Values, config.Width, kernel: 1);
        blocks = ModuleList([.. config.Dilations.Select(dilation => new DtcBlock(config.Width, config.Kernel, dilation))]);
        classifier = Conv1d(config.Width, config.Words, 1);
        RegisterComponents();
    }

    public override NetworkSteps Steps => new(ChunkFrames: 8, Stride: 1, _config.ReceptiveFieldFrames);

    /// <summary>Frames [B, T, values] → logits [B, T, words].</summary>
    public override Value Compute(Value features)
    {
        var x = features.Transpose(1, 2).Apply(project);                                          // [B, D, T]
        foreach (var block in blocks) x = x.Apply(block);
        return x.Apply(classifier).Transpose(1, 2);
    }
}

/// <summary>
/// A block of <see cref="DtcNet"/>: a causal dilated convolution of each channel, two over the channels, beside a residual; [B, D, T].
/// </summary>
public sealed class DtcBlock : Layer
{
    private readonly Conv1d depthwise;
    private readonly BatchNorm1d norm;
    private readonly ConvNorm pointwise1;
    private readonly ConvNorm pointwise2;
    private readonly int _past;

    internal DtcBlock(int width, int kernel, int dilation) : base(nameof(DtcBlock))
    {
        _past = (kernel - 1) * dilation;
        depthwise = Conv1d(width, width, kernel, dilation: dilation, groups: width, bias: false);
        norm = BatchNorm1d(width);
        pointwise1 = ConvNorm.OfTime(width, width, kernel: 1);
        pointwise2 = ConvNorm.OfTime(width, width, kernel: 1, function: null);
        RegisterComponents();
    }

    public override Value Compute(Value x)
    {
        var seen = x.Past(axis: 2, _past, silence: true).Apply(depthwise).Apply(norm);            // [B, D, T]
        return (seen.Apply(pointwise1).Apply(pointwise2) + x).Relu();
    }
}
