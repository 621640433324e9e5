using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Tests;

[Trait("Category", "unit")]
public sealed class TrainingTests
{
    private sealed class SmallNet : Module<Tensor, Tensor>
    {
        private readonly Conv1d _conv = Conv1d(4, 16, 5, padding: 2);
        private readonly BatchNorm1d _norm = BatchNorm1d(16);
        private readonly Linear _classifier = Linear(16, 3);

        internal SmallNet() : base(nameof(SmallNet)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var x = functional.relu(_norm.call(_conv.call(input)));
            return _classifier.call(x.mean([2])).MoveToOuterDisposeScope();
        }
    }

    /// <summary>Sinusoids of three frequencies under noise, and which it was.</summary>
    private static (Tensor Input, Tensor Target) Batch(Random random, int size)
    {
        const int channels = 4, length = 64;
        var samples = new float[size * channels * length];
        var classes = new long[size];
        for (var b = 0; b < size; b++)
        {
            classes[b] = random.Next(3);
            for (var c = 0; c < channels; c++)
            {
                var phase = random.NextDouble() * 2 * Math.PI;
                for (var t = 0; t < length; t++)
                    samples[(b * channels + c) * length + t] =
                        (float)(0.7 * Math.Sin(0.3 * (1 + classes[b]) * t + phase) + random.NextDouble() - 0.5);
            }
        }
        return (tensor(samples, [size, channels, length]), tensor(classes, [size]));
    }

    [Fact]
    public void Network_learns_to_tell_three_frequencies_apart()
    {
        manual_seed(7);
        var random = new Random(7);
        using var net = new SmallNet();
        using var optimizer = optim.Adam(net.parameters(), 1e-2);
        for (var step = 0; step < 60; step++)
        {
            using var scope = NewDisposeScope();
            var (input, target) = Batch(random, 32);
            optimizer.zero_grad();
            functional.cross_entropy(net.call(input), target).backward();
            utils.clip_grad_norm_(net.parameters(), 5);
            optimizer.step();
        }
        net.eval();
        using var testing = NewDisposeScope();
        using var mode = no_grad();
        var (unseen, truth) = Batch(random, 200);
        Assert.InRange((net.call(unseen).argmax(1) == truth).@float().mean().item<float>(), 0.95f, 1);
    }

    [Fact]
    public void Thousand_training_steps_leave_no_tensor_and_no_memory_behind()
    {
        using var net = new SmallNet();
        using var optimizer = optim.AdamW(net.parameters(), 1e-3);
        var (input, target) = Batch(new Random(1), 16);
        void Train(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                functional.cross_entropy(net.call(input), target).backward();
                optimizer.step();
            }
        }
        Train(100);
        // What earlier tests forgot would otherwise be finalized, and counted, in between.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var (tensors, bytes) = (Tensor.TotalCount, Environment.WorkingSet);
        Train(1000);
        Assert.Equal(tensors, Tensor.TotalCount);
        Assert.InRange(Environment.WorkingSet - bytes, long.MinValue, 32 << 20);
        input.Dispose();
        target.Dispose();
    }
}
