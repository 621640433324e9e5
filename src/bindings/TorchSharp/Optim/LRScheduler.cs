using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            /// <summary>Sets the learning rates as a function of the number of calls of <see cref="step()"/>.</summary>
            public abstract class LRScheduler
            {
                private protected LRScheduler(Optimizer optimizer, int last_epoch)
                {
                    Optimizer = optimizer;
                    _last_epoch = last_epoch + 1;
                }

                /// <summary>Calls of <see cref="step()"/> so far.</summary>
                protected int _last_epoch { get; private set; }

                private protected Optimizer Optimizer { get; }

                public virtual void step()
                {
                    _last_epoch++;
                    Apply();
                }

                /// <summary>Goes on from the given number of calls, as after a restart.</summary>
                public virtual void step(int epoch)
                {
                    _last_epoch = epoch;
                    Apply();
                }

                public IEnumerable<double> get_last_lr() => Optimizer.ParamGroups.Select(group => group.LearningRate);

                /// <summary>The learning rate of a group after <paramref name="epoch"/> calls.</summary>
                private protected abstract double Rate(ParamGroup group, int epoch);

                private protected virtual void Apply()
                {
                    foreach (var group in Optimizer.ParamGroups) group.LearningRate = Rate(group, _last_epoch);
                }
            }

            private sealed class Formula : LRScheduler
            {
                private readonly Func<double, int, double> _rate;

                internal Formula(Optimizer optimizer, int last_epoch, Func<double, int, double> rate) : base(optimizer, last_epoch)
                {
                    _rate = rate;
                    Apply();
                }

                private protected override double Rate(ParamGroup group, int epoch) => _rate(group.InitialLearningRate, epoch);
            }

            /// <summary>Multiplies by <paramref name="gamma"/> every <paramref name="step_size"/> steps.</summary>
            public static LRScheduler StepLR(Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1) =>
                new Formula(optimizer, last_epoch, (initial, epoch) => initial * Math.Pow(gamma, epoch / step_size));

            /// <summary>Multiplies by <paramref name="gamma"/> at each milestone.</summary>
            public static LRScheduler MultiStepLR(Optimizer optimizer, IList<int> milestones, double gamma = 0.1, int last_epoch = -1) =>
                new Formula(optimizer, last_epoch, (initial, epoch) => initial * Math.Pow(gamma, milestones.Count(milestone => milestone <= epoch)));

            public static LRScheduler ExponentialLR(Optimizer optimizer, double gamma = 0.1, int last_epoch = -1) =>
                new Formula(optimizer, last_epoch, (initial, epoch) => initial * Math.Pow(gamma, epoch));

            /// <summary>Multiplies the first rate by a function of the step.</summary>
            public static LRScheduler LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1) =>
                new Formula(optimizer, last_epoch, (initial, epoch) => initial * lr_lambda(epoch));

            public static LRScheduler ConstantLR(Optimizer optimizer, double factor = 1.0 / 3, int total_iters = 5, int last_epoch = -1) =>
                new Formula(optimizer, last_epoch, (initial, epoch) => initial * (epoch < total_iters ? factor : 1));

            /// <summary>From <paramref name="start_factor"/> to <paramref name="end_factor"/> of the first rate, in a straight line.</summary>
            public static LRScheduler LinearLR(Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0, int total_iters = 5, int last_epoch = -1) =>
                new Formula(optimizer, last_epoch, (initial, epoch) =>
                    initial * (start_factor + (end_factor - start_factor) * Math.Min(epoch, total_iters) / total_iters));

            /// <summary>Down to <paramref name="eta_min"/> along half a cosine of <paramref name="T_max"/> steps, and up again.</summary>
            public static LRScheduler CosineAnnealingLR(Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1) =>
                new Formula(optimizer, last_epoch, (initial, epoch) => eta_min + (initial - eta_min) * (1 + Math.Cos(Math.PI * epoch / T_max)) / 2);

            /// <summary>Up to <paramref name="max_lr"/> and down to almost nothing, with momentum the other way (Smith and Topin, 2018).</summary>
            public static LRScheduler OneCycleLR(
                Optimizer optimizer, double max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1, double pct_start = 0.3,
                AnnealStrategy anneal_strategy = AnnealStrategy.Cos, bool cycle_momentum = true, double base_momentum = 0.85, double max_momentum = 0.95,
                double div_factor = 25, double final_div_factor = 1e4, int last_epoch = -1)
            {
                var steps = total_steps > 0 ? total_steps : epochs * steps_per_epoch;
                if (steps <= 0) throw new ArgumentException("Expected total_steps, or epochs and steps_per_epoch, got neither.", nameof(total_steps));
                return new OneCycle(optimizer, last_epoch, new(steps, pct_start, anneal_strategy, cycle_momentum && optimizer.UsesMomentum), max_lr, (div_factor, final_div_factor), (base_momentum, max_momentum));
            }
        }
    }
}
