using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Models;

/// <summary>
/// Second look at a candidate: a window of Google speech embeddings (one 96-d vector every 80 ms), the last one the newest →
/// whether the keyword was said in it, and how long before the window's end it began and ended.
/// </summary>
/// <remarks>
/// The embedding is the frozen one of Lin et al. (arXiv 2002.01322); the head is ours: causal convolutions with residuals,
/// learned positions (the times are to be told), attention over the steps beside their maximum, one linear layer. Layer norms, not batch norms: a batch in which only
/// positives or only negatives stand must not give them away.
/// </remarks>
public sealed class VerifierHead : Module<Tensor, Tensor>
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
            throw new ArgumentException($"Expected {Config.Dim} means and as many inverse deviations, got {mean.Length} and {istd.Length}.");
        this.mean.data<float>().CopyFrom(mean);
        this.istd.data<float>().CopyFrom(istd);
    }

    /// <summary>Embeddings [B, window steps, dim] → [B, 3]: logit of the keyword, seconds since its start, seconds since its end.</summary>
    public override Tensor forward(Tensor embeddings)
    {
        using var scope = NewDisposeScope();
        var x = project.call(((embeddings - mean) * istd).transpose(1, 2)) + position;            // [B, D, S]
        foreach (var (convolution, norm) in convolutions.Zip(norms))
        {
            var past = functional.pad(x, [Config.Kernel - 1, 0]);
            var normalised = norm.call(convolution.call(past).transpose(1, 2)).transpose(1, 2);
            x = functional.relu(normalised) + x;
        }
        x = dropout.call(x);
        var weights = attention.call(x).softmax(2);                                               // [B, 1, S]
        var pooled = cat([(x * weights).sum(2), x.amax([2])], 1);                                 // [B, 2 D]
        return outputs.call(dropout.call(pooled)).MoveToOuterDisposeScope();
    }

    /// <summary>The layers, for an exporter.</summary>
    internal (Tensor Mean, Tensor Istd, Conv1d Project, Parameter Position, ModuleList<Conv1d> Convolutions, ModuleList<LayerNorm> Norms, Conv1d Attention, Linear Outputs) Layers =>
        (mean, istd, project, position, convolutions, norms, attention, outputs);
}
