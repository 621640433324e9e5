using TorchSharp.Modules;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>What a scheduler may change.</summary>
        public interface ILearningRateController
        {
            double LearningRate { get; set; }

            double InitialLearningRate { get; set; }
        }

        /// <summary>Changes parameters by their gradients.</summary>
        public abstract class Optimizer : IDisposable
        {
            private readonly List<ParamGroup> _groups;
            private readonly Dictionary<Parameter, ParameterState> _state = [];

            private protected Optimizer(IEnumerable<ParamGroup> groups, double lr, double momentum, bool hasMomentum)
            {
                _groups = groups.ToList();
                if (_groups.All(group => group.Parameters.Count == 0)) throw new ArgumentException("Expected parameters to optimize, got none.", nameof(groups));
                UsesMomentum = hasMomentum;
                foreach (var group in _groups)
                {
                    group.LearningRate = group.InitialLearningRate = group.Given ?? lr;
                    group.Momentum = momentum;
                }
            }

            public IEnumerable<ParamGroup> ParamGroups => _groups;

            /// <summary>Sets the step size of all groups.</summary>
            public double LearningRate
            {
                set
                {
                    foreach (var group in _groups) group.LearningRate = value;
                }
            }

            internal bool UsesMomentum { get; }

            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var parameter in _groups.SelectMany(group => group.Parameters))
                {
                    if (set_to_none)
                    {
                        parameter.grad = null;
                        continue;
                    }
                    using var grad = parameter.grad;
                    grad?.zero_();
                }
            }

            /// <summary>Takes one step; a parameter without a gradient stays.</summary>
            /// <param name="closure">Computes the loss again; called before the step.</param>
            /// <returns>What the closure returned.</returns>
            public Tensor? step(Func<Tensor>? closure = null)
            {
                var loss = closure?.Invoke();
                using var mode = no_grad();
                foreach (var group in _groups)
                    foreach (var parameter in group.Parameters)
                    {
                        using var scope = NewDisposeScope();
                        if (parameter.grad is not { } grad) continue;
                        var state = State(parameter);
                        state.Steps++;
                        Step(group, parameter, grad, state);
                    }
                return loss;
            }

            /// <summary>Writes the running averages, the number of steps and the learning rates, so that training can go on where it stopped.</summary>
            public void save_state_dict(string location)
            {
                using var scope = NewDisposeScope();
                using var stream = File.Create(location);
                StateFile.Write(stream, Snapshot());
            }

            /// <summary>Reads what <see cref="save_state_dict"/> wrote for the same parameters in the same order.</summary>
            public void load_state_dict(string location)
            {
                using var scope = NewDisposeScope();
                using var stream = File.OpenRead(location);
                Restore(StateFile.Read(stream));
            }

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                foreach (var tensor in _state.Values.SelectMany(state => state.Averages)) tensor.Dispose();
                _state.Clear();
            }

            /// <summary>Running averages of a parameter at the start.</summary>
            private protected abstract int StateTensors { get; }

            private protected abstract void Step(ParamGroup group, Parameter parameter, Tensor grad, ParameterState state);

            private ParameterState State(Parameter parameter)
            {
                if (_state.TryGetValue(parameter, out var state)) return state;
                var averages = new Tensor[StateTensors];
                for (var i = 0; i < averages.Length; i++) averages[i] = zeros_like(parameter).DetachFromDisposeScope();
                return _state[parameter] = new ParameterState(averages);
            }

            private Dictionary<string, Tensor> Snapshot()
            {
                var snapshot = new Dictionary<string, Tensor>();
                for (var g = 0; g < _groups.Count; g++)
                {
                    var group = _groups[g];
                    snapshot[$"{g}"] = tensor(new[] { group.LearningRate, group.InitialLearningRate, group.Momentum });
                    for (var p = 0; p < group.Parameters.Count; p++)
                    {
                        var state = State(group.Parameters[p]);
                        snapshot[$"{g}.{p}"] = tensor(state.Steps);
                        for (var i = 0; i < state.Averages.Length; i++) snapshot[$"{g}.{p}.{i}"] = state.Averages[i];
                    }
                }
                return snapshot;
            }

            private void Restore(Dictionary<string, Tensor> snapshot)
            {
                if (!Snapshot().Keys.ToHashSet().SetEquals(snapshot.Keys))
                    throw new InvalidOperationException("Expected the state of the same optimizer over the same parameters, got another's.");
                for (var g = 0; g < _groups.Count; g++)
                {
                    var group = _groups[g];
                    var rates = snapshot[$"{g}"].data<double>().ToArray();
                    (group.LearningRate, group.InitialLearningRate, group.Momentum) = (rates[0], rates[1], rates[2]);
                    for (var p = 0; p < group.Parameters.Count; p++)
                    {
                        var state = State(group.Parameters[p]);
                        state.Steps = snapshot[$"{g}.{p}"].item<long>();
                        for (var i = 0; i < state.Averages.Length; i++) state.Averages[i].copy_(snapshot[$"{g}.{p}.{i}"]);
                    }
                }
            }

            /// <summary>What an optimizer remembers of a parameter: its running averages, and the steps that it has taken.</summary>
            private protected sealed class ParameterState(Tensor[] averages)
            {
                internal Tensor[] Averages { get; } = averages;

                internal long Steps { get; set; }
            }
        }
    }
}
