using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Stochastic gradient descent, with momentum if wanted.</summary>
public sealed class SGD : torch.optim.Optimizer
{
    private readonly double _dampening;
    private readonly double _weightDecay;
    private readonly bool _nesterov;

    internal SGD(IEnumerable<ParamGroup> groups, double learningRate, double momentum, double dampening, double weight_decay, bool nesterov)
        : base(groups, learningRate, momentum, hasMomentum: momentum != 0)
    {
        if (nesterov && (momentum <= 0 || dampening != 0)) throw new ArgumentException("Expected a momentum above 0 and no dampening with Nesterov's momentum.", nameof(nesterov));
        (_dampening, _weightDecay, _nesterov) = (dampening, weight_decay, nesterov);
    }

    private protected override int StateTensors => UsesMomentum ? 1 : 0;

    private protected override void Step(ParamGroup group, Parameter parameter, Tensor grad, ParameterState state)
    {
        if (_weightDecay != 0) grad = grad.add(parameter, _weightDecay);
        if (!UsesMomentum)
        {
            parameter.add_(grad, -group.LearningRate);
            return;
        }
        // The first gradient starts the average undampened.
        state.Averages[0].mul_(group.Momentum).add_(grad, state.Steps == 1 ? 1 : 1 - _dampening);
        parameter.add_(_nesterov ? grad.add(state.Averages[0], group.Momentum) : state.Averages[0], -group.LearningRate);
    }
}
