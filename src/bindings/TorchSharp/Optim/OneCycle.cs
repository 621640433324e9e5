using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            /// <summary>The curve between two rates.</summary>
            public enum AnnealStrategy
            {
                Cos,
                Linear,
            }

            private readonly record struct CycleShape(int Steps, double Start, AnnealStrategy Curve, bool Momentum);

            private sealed class OneCycle : LRScheduler
            {
                private readonly CycleShape _shape;
                private readonly (double First, double Peak, double Last) _rates;
                private readonly (double Low, double High) _momentum;

                internal OneCycle(
                    Optimizer optimizer, int last_epoch, CycleShape shape, double peak, (double First, double Last) divisors, (double Low, double High) momentum)
                    : base(optimizer, last_epoch)
                {
                    _shape = shape;
                    _momentum = momentum;
                    var first = peak / divisors.First;
                    _rates = (first, peak, first / divisors.Last);
                    foreach (var group in optimizer.ParamGroups) group.InitialLearningRate = first;
                    Apply();
                }

                private protected override double Rate(ParamGroup group, int epoch) => At(epoch, _rates.First, _rates.Peak, _rates.Last);

                private protected override void Apply()
                {
                    base.Apply();
                    if (!_shape.Momentum) return;
                    foreach (var group in Optimizer.ParamGroups) group.Momentum = At(_last_epoch, _momentum.High, _momentum.Low, _momentum.High);
                }

                private double At(int epoch, double first, double middle, double last)
                {
                    if (epoch >= _shape.Steps) throw new InvalidOperationException($"Expected at most {_shape.Steps} steps of this cycle, got {epoch + 1}.");
                    var peak = _shape.Start * _shape.Steps - 1;
                    return epoch <= peak
                        ? Between(first, middle, peak == 0 ? 1 : epoch / peak)
                        : Between(middle, last, (epoch - peak) / (_shape.Steps - 1 - peak));
                }

                private double Between(double from, double to, double fraction) => _shape.Curve == AnnealStrategy.Linear
                    ? from + (to - from) * fraction
                    : to + (from - to) / 2 * (1 + Math.Cos(Math.PI * fraction));
            }
        }
    }
}
