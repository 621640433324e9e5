using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Adam: steps by the running mean of the gradient over the root of that of its square.</summary>
public class Adam : torch.optim.Optimizer
{
    private readonly double _beta2;
    private readonly double _eps;
    private readonly bool _amsgrad;

    internal Adam(IEnumerable<ParamGroup> groups, double lr, double beta1, double beta2, double eps, double weight_decay, bool amsgrad)
        : base(groups, lr, beta1, hasMomentum: true) => (_beta2, _eps, WeightDecay, _amsgrad) = (beta2, eps, weight_decay, amsgrad);

    private protected double WeightDecay { get; }

    private protected override int StateTensors => _amsgrad ? 3 : 2;

    private protected override void Step(ParamGroup group, Parameter parameter, Tensor grad, ParameterState state)
    {
        if (WeightDecay != 0) grad = Decayed(group, parameter, grad);
        var (mean, square) = (state.Averages[0], state.Averages[1]);
        mean.lerp_(grad, 1 - group.Momentum);
        square.mul_(_beta2).addcmul_(grad, grad, 1 - _beta2);
        if (_amsgrad) state.Averages[2].copy_(state.Averages[2].maximum(square));
        var meanBias = 1 - Math.Pow(group.Momentum, state.Steps);
        var squareBias = 1 - Math.Pow(_beta2, state.Steps);
        var root = (_amsgrad ? state.Averages[2] : square).sqrt();
        parameter.addcdiv_(mean, root.div_(Math.Sqrt(squareBias)).add_(_eps), -group.LearningRate / meanBias);
    }

    /// <summary>Adds the decay to the gradient, as a square penalty would.</summary>
    private protected virtual Tensor Decayed(ParamGroup group, Parameter parameter, Tensor grad) => grad.add(parameter, WeightDecay);
}

/// <summary>Adam with a weight decay of its own, outside the gradient's averages.</summary>
public sealed class AdamW : Adam
{
    internal AdamW(IEnumerable<ParamGroup> groups, double lr, double beta1, double beta2, double eps, double weight_decay, bool amsgrad)
        : base(groups, lr, beta1, beta2, eps, weight_decay, amsgrad)
    {
    }

    private protected override Tensor Decayed(ParamGroup group, Parameter parameter, Tensor grad)
    {
        parameter.mul_(1 - group.LearningRate * WeightDecay);
        return grad;
    }
}
