using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Networks;

/// <summary>
/// Second look at a candidate: a window of Google speech embeddings (one 96-d vector every 80 ms), the last one the newest →
/// whether the keyword was said in it, and how long before the window's end it began and ended.
/// </summary>
/// <remarks>
/// The embedding is the frozen one of Lin et al. (arXiv 2002.01322); the head is ours: causal convolutions with residuals,
/// learned positions (the times are to be told), attention over the steps beside their maximum, one linear layer. Layer norms, not batch
/// norms: a batch in which only positives or only negatives stand must not give them away.
/// </remarks>
public sealed class VerifierHead : Layer
{
    private readonly Tensor mean;
    private readonly Tensor istd;
    private readonly Conv1d project;
    private readonly Parameter position;
    private readonly ModuleList<Conv1d> convolutions;
    private readonly ModuleList<LayerNorm> norms;
    private readonly Dropout dropout;
    private readonly Conv1d attention;
    private readonly Linear outputs;

    public VerifierHead(VerifierHeadConfig config) : base(nameof(VerifierHead))
    {
        Config = config;
        mean = zeros(config.Dim);
        istd = ones(config.Dim);
        project = Conv1d(config.Dim, config.Width, 1);
        position = Parameter(init.normal_(empty(config.Width, config.WindowSteps), std: 0.1));
        convolutions = ModuleList([.. Enumerable.Range(0, config.Layers).Select(_ => Conv1d(config.Width, config.Width, config.Kernel))]);
        norms = ModuleList([.. Enumerable.Range(0, config.Layers).Select(_ => LayerNorm(config.Width))]);
        dropout = Dropout(config.Dropout);
        attention = Conv1d(config.Width, 1, 1);
        outputs = Linear(2 * config.Width, 3);
        RegisterComponents();
    }

    public VerifierHeadConfig Config { get; }

    /// <summary>Sets the input normalisation, which is part of the model's state: (embedding − mean) · istd.</summary>
    public void SetCmvn(ReadOnlySpan<float> mean, ReadOnlySpan<float> istd)
    {
        if (mean.Length != Config.Dim || istd.Length != Config.Dim)
            throw new ArgumentException(
                $"Expected {Config.Dim} means and as many inverse deviations, got {mean.Length} and {istd.Length}.");
        this.mean.data<float>().CopyFrom(mean);
        this.istd.data<float>().CopyFrom(istd);
    }

    /// <summary>Embeddings [B, window steps, dim] → [B, 3]: logit of the keyword, seconds since its start, seconds since its end.</summary>
    public override Value Compute(Value embeddings)
    {
        var x = ((embeddings - mean) * istd).Transpose(1, 2).Apply(project) + position;            // [B, D, S]
        foreach (var (convolution, norm) in convolutions.Zip(norms))
        {
            var seen = x.Past(axis: 2, Config.Kernel - 1, silence: true).Apply(convolution);       // [B, D, S]
            x = seen.Transpose(1, 2).Apply(norm).Transpose(1, 2).Relu() + x;
        }

        x = x.Apply(dropout);
        var shares = x.Apply(attention).Softmax(2);                                                // [B, 1, S]
        var pooled = (x * shares).Sum(keep: false, 2).Concat(1, x.Max(keep: false, 2));            // [B, 2 D]
        return pooled.Apply(dropout).Apply(outputs);
    }

    /// <summary>What the input is normalised by.</summary>
    internal (Tensor Mean, Tensor Istd) Cmvn => (mean, istd);
}
