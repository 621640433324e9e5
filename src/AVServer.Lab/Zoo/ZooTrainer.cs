using System.Diagnostics;
using AVServer.Lab.Training;
using AVServer.Networks;
using AVServer.Networks.Emotion;
using static TorchSharp.torch;

namespace AVServer.Lab.Zoo;

/// <summary>
/// Teaches a network of the zoo to tell the words apart: cross-entropy, of a stream over its surest steps, or what the recipe says.
/// </summary>
internal sealed class ZooTrainer
{
    private const int TimedSteps = 6;
    private const int MeasuredWindows = 256;

    private readonly ZooRecipe _recipe;
    private readonly ZooWindows _windows;
    private readonly int[][] _ofLabel;
    private readonly ZooLoss _loss;
    private readonly NormalisedNetwork? _teacher;

    internal ZooTrainer(ZooRecipe recipe, ZooNetwork row, ZooWindows windows, NormalisedNetwork? teacher = null)
    {
        (_recipe, _windows, _loss, _teacher) = (recipe, windows, recipe.Loss ?? new(), teacher);
        _teacher?.eval();
        _ofLabel = [.. Enumerable.Range(0, recipe.Window.Labels).Select(
            label => windows.Labels.Index().Where(window => window.Item == label).Select(window => window.Index).ToArray())];
        if (Array.FindIndex(_ofLabel, windows => windows.Length == 0) is >= 0 and var missing)
            throw new ArgumentException($"Expected windows of every label, got none of {missing}.", nameof(windows));
        manual_seed(recipe.Seed);
        Model = Normalised(recipe, row, windows);
    }

    internal NormalisedNetwork Model { get; }

    /// <summary>
    /// A row's network behind the front end that the recipe asks for, normalised by windows; without any its weights are to be loaded.
    /// </summary>
    internal static NormalisedNetwork Normalised(ZooRecipe recipe, ZooNetwork row, ZooWindows? windows)
    {
        var (network, frontEnd) = (row.Create(recipe.Window), recipe.HasPcen ? new Pcen(ZooRecipe.Mels) : null);
        if (frontEnd is not null && network.Steps is not null)
            throw new ArgumentException($"Expected a row that looks at windows, which PCEN is for, got {row.Name}.", nameof(row));
        var none = new float[ZooRecipe.Mels];
        var (mean, istd) = windows?.Statistics(frontEnd) ?? (none, none);
        return new(network, mean, istd, frontEnd);
    }

    /// <summary>Steps of the whole training, by which a network that is pruned knows how far it is; 0 where nobody knows yet.</summary>
    internal int Steps { get; set; }

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
        (Model.Inner as IPrunedNetwork)?.Prune(Steps == 0 ? 0 : step / (double)Steps);
        var random = new Random(unchecked((_recipe.Seed * 1_000_003) + step));
        var (fbank, labels) = Batch(random);
        var targets = LabelTargets.Of(labels, _ofLabel.Length, _loss.Smoothing);
        if (_loss.Mixup > 0)
        {
            var mixup = Mixup.Draw(_loss.Mixup, labels.Length, random);
            (fbank, targets) = (mixup.Mix(fbank), mixup.Mix(targets));
        }

        var loss = _teacher is null ? OfLabels(Model.forward(fbank)) : WithTeacher();
        return Model.Inner is IPenalisedNetwork penalised ? loss + penalised.Penalty() : loss;

        Tensor OfLabels(Tensor logits)
        {
            var isEarly = _loss.EarlyShare > 0 ? labels.Select(_ => random.NextDouble() < _loss.EarlyShare).ToList() : null;
            var pooled = isEarly is null
                ? KeywordLoss.WindowLogits(logits)
                : KeywordLoss.WindowLogits(logits, labels, isEarly, _loss.EarlySteps);
            return _loss.IsBinary
                ? nn.functional.binary_cross_entropy_with_logits(pooled, targets)
                : FocalLoss.Of(pooled, targets, _loss.Gamma);
        }

        Tensor WithTeacher()
        {
            using var untaught = no_grad();
            var wanted = KeywordLoss.WindowLogits(_teacher.forward(fbank));
            using var taught = enable_grad();
            if (Model.Inner is ITaughtNetwork)
            {
                var (own, teachers) = Model.Heads(fbank);
                return (OfLabels(own) * (1 - _loss.TeacherShare)) + (Distillation.Hard(teachers, wanted) * _loss.TeacherShare);
            }

            var logits = Model.forward(fbank);
            var learnt = Distillation.Soft(KeywordLoss.WindowLogits(logits), wanted, _loss.Temperature);
            return (OfLabels(logits) * (1 - _loss.TeacherShare)) + (learnt * _loss.TeacherShare);
        }
    }

    /// <summary>What a network whose work depends on what it hears does on windows; nothing of any other.</summary>
    internal double? Operations(ZooWindows windows)
    {
        if (Model.Inner is not IAdaptiveNetwork) return null;
        using var scope = NewDisposeScope();
        Model.eval();
        var values = windows.Fbank.Take(MeasuredWindows).SelectMany(ZooWindows.Middle).ToArray();
        return Model.Operations(tensor(values).reshape(-1, ZooRecipe.Frames, ZooRecipe.Mels));
    }

    private (Tensor Fbank, int[] Labels) Batch(Random random)
    {
        const int mels = ZooRecipe.Mels, length = ZooRecipe.Frames * mels;
        var (values, labels) = (new float[_recipe.Batch * length], new int[_recipe.Batch]);
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

        return (tensor(values, [_recipe.Batch, ZooRecipe.Frames, mels]), labels);
    }
}
