namespace TorchSharp.Modules;

/// <summary>What losses share: input and target in, one number out unless unreduced.</summary>
public abstract class Loss : torch.nn.Module<torch.Tensor, torch.Tensor, torch.Tensor>
{
    private protected Loss(string name, torch.nn.Reduction reduction) : base(name) => this.reduction = reduction;

    public torch.nn.Reduction reduction { get; }
}

/// <summary>Binary cross-entropy of probabilities.</summary>
public sealed class BCELoss : Loss
{
    private readonly torch.Tensor? _weight;

    internal BCELoss(torch.Tensor? weight, torch.nn.Reduction reduction) : base(nameof(BCELoss), reduction) => _weight = weight;

    public override torch.Tensor forward(torch.Tensor input, torch.Tensor target) =>
        torch.nn.functional.binary_cross_entropy(input, target, _weight, reduction);
}

/// <summary>Binary cross-entropy of logits.</summary>
public sealed class BCEWithLogitsLoss : Loss
{
    private readonly torch.Tensor? _weight;
    private readonly torch.Tensor? _positiveWeights;

    internal BCEWithLogitsLoss(torch.Tensor? weight, torch.Tensor? positiveWeights, torch.nn.Reduction reduction) : base(nameof(BCEWithLogitsLoss), reduction) =>
        (_weight, _positiveWeights) = (weight, positiveWeights);

    public override torch.Tensor forward(torch.Tensor input, torch.Tensor target) =>
        torch.nn.functional.binary_cross_entropy_with_logits(input, target, _weight, reduction, _positiveWeights);
}

/// <summary>Cross-entropy of logits over classes.</summary>
public sealed class CrossEntropyLoss : Loss
{
    private readonly torch.Tensor? _weight;
    private readonly long _ignored;
    private readonly double _smoothing;

    internal CrossEntropyLoss(torch.Tensor? weight, long ignored, double smoothing, torch.nn.Reduction reduction) : base(nameof(CrossEntropyLoss), reduction) =>
        (_weight, _ignored, _smoothing) = (weight, ignored, smoothing);

    public override torch.Tensor forward(torch.Tensor input, torch.Tensor target) =>
        torch.nn.functional.cross_entropy(input, target, _weight, _ignored, reduction, _smoothing);
}

/// <summary>Negative log-likelihood of log probabilities.</summary>
public sealed class NLLLoss : Loss
{
    private readonly torch.Tensor? _weight;

    internal NLLLoss(torch.Tensor? weight, torch.nn.Reduction reduction) : base(nameof(NLLLoss), reduction) => _weight = weight;

    public override torch.Tensor forward(torch.Tensor input, torch.Tensor target) =>
        torch.nn.functional.nll_loss(input, target, _weight, reduction: reduction);
}

/// <summary>Squared difference.</summary>
public sealed class MSELoss : Loss
{
    internal MSELoss(torch.nn.Reduction reduction) : base(nameof(MSELoss), reduction)
    {
    }

    public override torch.Tensor forward(torch.Tensor input, torch.Tensor target) =>
        torch.nn.functional.mse_loss(input, target, reduction);
}

/// <summary>Absolute difference.</summary>
public sealed class L1Loss : Loss
{
    internal L1Loss(torch.nn.Reduction reduction) : base(nameof(L1Loss), reduction)
    {
    }

    public override torch.Tensor forward(torch.Tensor input, torch.Tensor target) =>
        torch.nn.functional.l1_loss(input, target, reduction);
}

/// <summary>Squared difference where it is small, absolute where it is large.</summary>
public sealed class SmoothL1Loss : Loss
{
    private readonly double _beta;

    internal SmoothL1Loss(double beta, torch.nn.Reduction reduction) : base(nameof(SmoothL1Loss), reduction) => _beta = beta;

    public override torch.Tensor forward(torch.Tensor input, torch.Tensor target) =>
        torch.nn.functional.smooth_l1_loss(input, target, reduction, _beta);
}

/// <summary>Kullback-Leibler divergence of log probabilities.</summary>
public sealed class KLDivLoss : Loss
{
    private readonly bool _logTarget;

    internal KLDivLoss(bool logTarget, torch.nn.Reduction reduction) : base(nameof(KLDivLoss), reduction) => _logTarget = logTarget;

    public override torch.Tensor forward(torch.Tensor input, torch.Tensor target) =>
        torch.nn.functional.kl_div(input, target, _logTarget, reduction);
}
