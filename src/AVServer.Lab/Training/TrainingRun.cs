using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace AVServer.Lab.Training;

/// <summary>The loop that both trainers share: steps, learning rate, checkpoints, log.</summary>
/// <param name="recipe">What to train.</param>
/// <param name="folder">Where checkpoints go; a run that was cut off goes on from the last.</param>
/// <param name="log">Takes lines for the training log.</param>
public sealed class TrainingRun(TrainRecipe recipe, string folder, Action<string> log)
{
    private const int CheckpointSteps = 500;
    private const int LogSteps = 100;

    /// <summary>Trains from the last checkpoint, or from the start, to the recipe's last step.</summary>
    /// <param name="model">Its weights are left as trained.</param>
    /// <param name="loss">Loss of a step; its chances must come from the step's number alone, so that a resumed run equals an uncut one.</param>
    /// <param name="until">Stops before the last step; for tests.</param>
    /// <returns>Mean loss over the last steps.</returns>
    public double Run(nn.Module model, Func<int, Tensor> loss, int? until = null)
    {
        Directory.CreateDirectory(folder);
        set_num_threads(recipe.Threads);
        using var optimizer = AdamW(model.parameters(), recipe.LearningRate, weight_decay: recipe.WeightDecay);
        var first = Resume(model, optimizer);
        var (sum, terms) = (0.0, 0);
        var last = Math.Min(recipe.Steps, until ?? recipe.Steps);
        model.train();
        for (var step = first; step < last; step++)
        {
            using var scope = NewDisposeScope();
            manual_seed(recipe.Seed + step);
            optimizer.LearningRate = recipe.LearningRateAt(step);
            optimizer.zero_grad();
            var value = loss(step);
            value.backward();
            nn.utils.clip_grad_norm_(model.parameters(), 5);
            optimizer.step();
            (sum, terms) = (sum + value.item<float>(), terms + 1);
            if ((step + 1) % LogSteps == 0 || step + 1 == last)
            {
                log(FormattableString.Invariant($"step {step + 1} loss {sum / terms:F4} rate {recipe.LearningRateAt(step):E2}"));
                if (step + 1 < last) (sum, terms) = (0, 0);
            }
            if ((step + 1) % CheckpointSteps == 0 || step + 1 == last) Save(model, optimizer, step + 1);
        }
        model.eval();
        return terms == 0 ? double.NaN : sum / terms;
    }

    private int Resume(nn.Module model, Optimizer optimizer)
    {
        var marker = Path.Combine(folder, "step");
        if (!File.Exists(marker)) return 0;
        var step = int.Parse(File.ReadAllText(marker), System.Globalization.CultureInfo.InvariantCulture);
        model.load(Path.Combine(folder, $"{step}.weights"));
        optimizer.load_state_dict(Path.Combine(folder, $"{step}.optimizer"));
        log($"resumed at step {step}");
        return step;
    }

    private void Save(nn.Module model, Optimizer optimizer, int step)
    {
        model.save(Path.Combine(folder, $"{step}.weights"));
        optimizer.save_state_dict(Path.Combine(folder, $"{step}.optimizer"));
        // The marker last: what it names is whole.
        File.WriteAllText(Path.Combine(folder, "step"), step.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
