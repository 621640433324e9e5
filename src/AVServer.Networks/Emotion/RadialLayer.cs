using static TorchSharp.torch;

namespace AVServer.Networks.Emotion;

/// <summary>
/// Judges an example by those that it is like: a radial function around each of some centres, exp(−width · mean squared difference), and a
/// dense layer over them. It is fitted at once, by <see cref="Fit"/>, not by gradients; before that it says nothing.
/// </summary>
/// <remarks>
/// Radial basis functions as Broomhead and Lowe have them (1988), with fewer centres than examples and ridge regression (Nyström's
/// approximation of it).
/// </remarks>
public sealed class RadialLayer : Layer
{
    private readonly Tensor centres;
    private readonly Tensor weight;
    private readonly Tensor bias;
    private readonly double _width;

    internal RadialLayer(int values, int count, double width, int labels) : base(nameof(RadialLayer))
    {
        _width = width;
        centres = zeros(count, values);
        weight = zeros(labels, count);
        bias = zeros(labels);
        RegisterComponents();
    }

    /// <summary>Values [B, values] → what is added to the logits [B, labels].</summary>
    public override Value Compute(Value values)
    {
        var own = (values * values).Sum(keep: true, 1);                                            // [B, 1]
        var squares = own + values.Linear(centres * -2, (centres * centres).sum(1));               // [B, count]
        return (squares.Relu() * (-_width / values.Length(1))).Exp().Linear(weight, bias);
    }

    /// <summary>Fits the dense layer: ridge regression on the labels, each label weighing as much as any other.</summary>
    /// <param name="around">The centres [count, values].</param>
    /// <param name="values">Examples [rows, values].</param>
    /// <param name="targets">Their labels, one-hot [rows, labels].</param>
    /// <param name="decay">How little the fit may follow single examples.</param>
    /// <param name="scale">What stands for a label that is certain, in logits.</param>
    public void Fit(Tensor around, Tensor values, Tensor targets, double decay, double scale)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        centres.copy_(around);
        var (wanted, near, between) = (targets.to(float64), Near(values, around).to(float64), Near(around, around).to(float64));
        var prior = wanted.mean([0L]);                                                             // [labels]
        var rows = (wanted / (prior * targets.size(1))).sum(1, keepdim: true);                     // [rows, 1]
        var weighed = (near * rows).t();                                                           // [count, rows]
        var ridge = (between * decay) + (eye(between.size(0), dtype: float64) * 1e-6);
        var factor = linalg.cholesky(weighed.matmul(near) + ridge);                                // [count, count]
        var fitted = weighed.matmul(wanted - prior).cholesky_solve(factor, upper: false);          // [count, labels]
        weight.copy_(fitted.t() * scale);
        bias.copy_(prior * scale);
    }

    internal void Cool(double temperature)
    {
        weight.div_(temperature);
        bias.div_(temperature);
    }

    private Tensor Near(Tensor values, Tensor around)
    {
        var squares = (values * values).sum(1, keepdim: true) + (around * around).sum(1) - (values.matmul(around.t()) * 2);
        return (squares.clamp_min(0) * (-_width / values.size(1))).exp();
    }
}
