using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Models;

/// <summary>
/// Keyword network: multi-scale dilated temporal convolution. Causal, so that a stream can be run chunk by chunk with the
/// last inputs of every block as its cache; a posterior of a step needs no frame after it.
/// </summary>
/// <remarks>
/// After Hou et al., "The NPU system for the 2020 Personalized Voice Trigger Challenge" (arXiv 2102.13552), and its public
/// implementation in wekws. What differs: the input joins <see cref="MdtcConfig.Stride"/> frames to one step instead of a
/// first block; see <see cref="MdtcBlock"/> for what differs inside a block.
/// </remarks>
public sealed class Mdtc : Module<Tensor, Tensor>
{
    private readonly Tensor mean;
    private readonly Tensor istd;
    private readonly Conv1d project;
    private readonly BatchNorm1d norm;
    private readonly ModuleList<MdtcBlock> blocks;
    private readonly Dropout dropout;
    private readonly Conv1d classifier;

    public Mdtc(MdtcConfig config) : base(nameof(Mdtc))
    {
        config.Validate();
        Config = config;
        mean = zeros(config.Mels);
        istd = ones(config.Mels);
        project = Conv1d(config.Mels, config.Width, kernel_size: config.Stride, stride: config.Stride, bias: false);
        norm = BatchNorm1d(config.Width);
        blocks = ModuleList([.. config.Dilations.Select(dilation => new MdtcBlock(config.Width, config.Kernel, dilation, config.Squeeze))]);
        dropout = Dropout(config.Dropout);
        classifier = Conv1d(config.Width, config.Keywords, kernel_size: 1);
        RegisterComponents();
    }

    public MdtcConfig Config { get; }

    /// <summary>Sets the input normalisation, which is part of the model's state: (fbank − mean) · istd.</summary>
    /// <param name="mean">Mean of each mel value over the training set.</param>
    /// <param name="istd">1 ÷ standard deviation of each.</param>
    public void SetCmvn(ReadOnlySpan<float> mean, ReadOnlySpan<float> istd)
    {
        if (mean.Length != Config.Mels || istd.Length != Config.Mels)
            throw new ArgumentException($"Expected {Config.Mels} means and as many inverse deviations, got {mean.Length} and {istd.Length}.");
        this.mean.data<float>().CopyFrom(mean);
        this.istd.data<float>().CopyFrom(istd);
    }

    /// <summary>Whole sequences from silence on: fbank [B, T, mels] → posteriors [B, ⌊T / stride⌋, keywords].</summary>
    public override Tensor forward(Tensor fbank)
    {
        using var scope = NewDisposeScope();
        return logits(fbank).sigmoid().MoveToOuterDisposeScope();
    }

    /// <summary>One chunk of a stream: fbank [B, T, mels], T a multiple of the stride, and the cache after the chunk before.</summary>
    /// <returns>Posteriors [B, T / stride, keywords], and the cache [B, rows, width] for the next chunk.</returns>
    public (Tensor posteriors, Tensor cache) forward(Tensor fbank, Tensor cache)
    {
        if (fbank.size(1) % Config.Stride != 0)
            throw new ArgumentException($"Expected a chunk of a multiple of {Config.Stride} frames, got {fbank.size(1)}.", nameof(fbank));
        using var scope = NewDisposeScope();
        var (logits, next) = Run(fbank, cache.transpose(1, 2));
        return (logits.sigmoid().MoveToOuterDisposeScope(), next.transpose(1, 2).contiguous().MoveToOuterDisposeScope());
    }

    /// <summary>Whole sequences, before the sigmoid: what the losses take.</summary>
    public Tensor logits(Tensor fbank)
    {
        using var scope = NewDisposeScope();
        return Run(fbank, zero_cache(fbank.size(0), fbank.device).transpose(1, 2)).logits.MoveToOuterDisposeScope();
    }

    /// <summary>The cache [B, rows, width] of streams that have not begun.</summary>
    public Tensor zero_cache(long batch, Device? device = null) => zeros([batch, Config.CacheRows, Config.Width], device: device);

    /// <summary>The layers before the blocks and after them, with the input normalisation, for an exporter.</summary>
    internal (Tensor Mean, Tensor Istd, Conv1d Project, BatchNorm1d Norm, ModuleList<MdtcBlock> Blocks, Conv1d Classifier) Layers =>
        (mean, istd, project, norm, blocks, classifier);

    private (Tensor logits, Tensor next) Run(Tensor fbank, Tensor cache)
    {
        var normalised = ((fbank - mean) * istd).transpose(1, 2);                     // [B, mels, T]
        var x = functional.relu(norm.call(project.call(normalised)));                 // [B, D, S], S = T / stride
        var pasts = cache.split(blocks.Select(block => (long)block.Past).ToArray(), 2);
        var next = new Tensor[blocks.Count];
        var sum = default(Tensor);
        for (var i = 0; i < blocks.Count; i++)
        {
            (x, next[i]) = blocks[i].call(x, pasts[i]);
            if ((i + 1) % Config.BlocksPerStack == 0) sum = sum is null ? x : sum + x;
        }
        return (classifier.call(dropout.call(sum!)).transpose(1, 2), cat(next, 2));
    }
}
