using System.Diagnostics;
using AVServer.Lab.Training;
using AVServer.Networks;
using static TorchSharp.torch;

namespace AVServer.Lab.Zoo;

/// <summary>Teaches a network of the zoo to tell the words apart: cross-entropy, of a stream over its surest steps.</summary>
internal sealed class ZooTrainer
{
    private const int TimedSteps = 6;

    private readonly ZooRecipe _recipe;
    private readonly ZooWindows _windows;
    private readonly int[][] _ofLabel;

    internal ZooTrainer(ZooRecipe recipe, ZooNetwork row, ZooWindows windows)
    {
        (_recipe, _windows) = (recipe, windows);
        _ofLabel = [.. Enumerable.Range(0, recipe.Window.Labels).Select(
            label => windows.Labels.Index().Where(window => window.Item == label).Select(window => window.Index).ToArray())];
        if (Array.FindIndex(_ofLabel, windows => windows.Length == 0) is >= 0 and var missing)
            throw new ArgumentException($"Expected windows of every label, got none of {missing}.", nameof(windows));
        manual_seed(recipe.Seed);
        var (mean, istd) = windows.Statistics();
        Model = new NormalisedNetwork(row.Create(recipe.Window), mean, istd);
    }

    internal NormalisedNetwork Model { get; }

    /// <summary>Steps that fit into the budget, by the processor time of a few; the network is left as it was.</summary>
    internal int StepsWithinBudget()
    {
        set_num_threads(1);
        using var process = Process.GetCurrentProcess();
        var weights = Model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        var start = TimeSpan.Zero;
        for (var step = 0; step <= TimedSteps; step++)
        {
            // The first warms up.
            if (step == 1) start = Used();
            using var scope = NewDisposeScope();
            Loss(step).backward();
        }

        var perStep = (Used() - start).TotalMinutes / TimedSteps;
        foreach (var parameter in Model.parameters()) parameter.grad?.zero_();
        using (no_grad())
            foreach (var (name, tensor) in Model.state_dict()) tensor.copy_(weights[name]);
        foreach (var weight in weights.Values) weight.Dispose();
        return Math.Max(20, (int)(_recipe.Minutes / perStep));

        TimeSpan Used()
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Loss on the batch of a step.</summary>
    internal Tensor Loss(int step)
    {
        var (fbank, labels) = Batch(new Random(unchecked((_recipe.Seed * 1_000_003) + step)));
        return nn.functional.cross_entropy(KeywordLoss.WindowLogits(Model.forward(fbank)), labels);
    }

    private (Tensor Fbank, Tensor Labels) Batch(Random random)
    {
        const int mels = ZooRecipe.Mels, length = ZooRecipe.Frames * mels;
        var (values, labels) = (new float[_recipe.Batch * length], new long[_recipe.Batch]);
        for (var b = 0; b < _recipe.Batch; b++)
        {
            labels[b] = random.NextDouble() < _recipe.RestShare ? 0 : random.Next(1, _ofLabel.Length);
            var of = _ofLabel[labels[b]];
            var source = _windows.Fbank[of[random.Next(of.Length)]].AsSpan(random.Next(ZooWindows.Spare + 1) * mels, length);
            var target = values.AsSpan(b * length, length);
            // A shift of the whole curve is another level.
            var shift = (float)((random.NextDouble() * 4) - 2);
            for (var i = 0; i < length; i++) target[i] = (float)source[i] + shift;
            SpecAugment.Mask(target, mels, random);
        }

        return (tensor(values, [_recipe.Batch, ZooRecipe.Frames, mels]), tensor(labels));
    }
}
