using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>
/// Keyword network: multi-scale dilated temporal convolution. Causal, so that a stream can be run chunk by chunk with the
/// last inputs of every block as its cache; a posterior of a step needs no frame after it.
/// </summary>
/// <remarks>
/// After Hou et al., "The NPU system for the 2020 Personalized Voice Trigger Challenge" (arXiv 2102.13552), and its public
/// implementation in wekws. What differs: the input joins <see cref="MdtcConfig.Stride"/> frames to one step instead of a
/// first block; see <see cref="MdtcBlock"/> for what differs inside a block.
/// </remarks>
public sealed class Mdtc : Layer, IKeywordNetwork
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

    public IReadOnlyList<NetworkInput> Inputs => [new("features", [-1, -1, Config.Mels])];

    public IReadOnlyList<string> Outputs => ["posteriors"];

    public NetworkSteps Steps => new(ChunkFrames: 8, Config.Stride, Config.ReceptiveFieldFrames);

    public IReadOnlyList<Value> Serve(IReadOnlyList<Value> inputs) => [Compute(inputs[0])];

    /// <summary>Sets the input normalisation, which is part of the model's state: (fbank − mean) · istd.</summary>
    /// <param name="mean">Mean of each mel value over the training set.</param>
    /// <param name="istd">1 ÷ standard deviation of each.</param>
    public void SetCmvn(ReadOnlySpan<float> mean, ReadOnlySpan<float> istd)
    {
        if (mean.Length != Config.Mels || istd.Length != Config.Mels)
            throw new ArgumentException(
                $"Expected {Config.Mels} means and as many inverse deviations, got {mean.Length} and {istd.Length}.");
        this.mean.data<float>().CopyFrom(mean);
        this.istd.data<float>().CopyFrom(istd);
    }

    /// <summary>Whole sequences from silence on: fbank [B, T, mels] → posteriors [B, ⌊T / stride⌋, keywords].</summary>
    public override Value Compute(Value fbank) => Logits(fbank).Sigmoid();

    Value IKeywordNetwork.Logits(Value features) => Logits(features);

    /// <summary>One chunk of a stream: fbank [B, T, mels], T a multiple of the stride, and the cache after the chunk before.</summary>
    /// <returns>Posteriors [B, T / stride, keywords], and the cache [B, rows, width] for the next chunk.</returns>
    public (Tensor posteriors, Tensor cache) forward(Tensor fbank, Tensor cache) => fbank.size(1) % Config.Stride == 0
        ? TorchValue.Step(Compute, fbank, cache)
        : throw new ArgumentException($"Expected a chunk of a multiple of {Config.Stride} frames, got {fbank.size(1)}.", nameof(fbank));

    /// <summary>Whole sequences, before the sigmoid: what the losses take.</summary>
    public Tensor logits(Tensor fbank) => TorchValue.Run(Logits, fbank);

    /// <summary>The cache [B, rows, width] of streams that have not begun.</summary>
    public Tensor zero_cache(long batch, Device? device = null) => zeros([batch, Config.CacheRows, Config.Width], device: device);

    /// <summary>What the input is normalised by.</summary>
    internal (Tensor Mean, Tensor Istd) Cmvn => (mean, istd);

    private Value Logits(Value fbank)
    {
        var normalised = ((fbank - mean) * istd).Transpose(1, 2);                     // [B, mels, T]
        var x = normalised.Apply(project).Apply(norm).Relu();                         // [B, D, S], S = T / stride
        var sum = default(Value);
        for (var i = 0; i < blocks.Count; i++)
        {
            x = x.Apply(blocks[i]);
            if ((i + 1) % Config.BlocksPerStack == 0) sum = sum is null ? x : sum + x;
        }
        return sum!.Apply(dropout).Apply(classifier).Transpose(1, 2);                 // [B, S, keywords]
    }
}
