using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace AVServer.Lab.Training;

/// <summary>The loop that both trainers share: steps, learning rate, checkpoints, log.</summary>
/// <param name="schedule">How long and how fast.</param>
/// <param name="folder">Where checkpoints go; a run that was cut off goes on from the last.</param>
/// <param name="log">Takes lines for the training log.</param>
/// <param name="judge">Called with the number of steps at each checkpoint, the model in evaluation mode; absent: nobody judges.</param>
public sealed class TrainingRun(Schedule schedule, string folder, Action<string> log, Action<int>? judge = null)
{
    private const int LogSteps = 100;

    /// <summary>Trains from the last checkpoint, or from the start, to the schedule's last step.</summary>
    /// <param name="model">Its weights are left as trained.</param>
    /// <param name="loss">Loss of a step; its chances must come from the step's number alone, so that a resumed run equals an uncut
    /// one.</param>
    /// <param name="until">Stops before the last step; for tests.</param>
    /// <returns>Mean loss over the last steps.</returns>
    public double Run(nn.Module model, Func<int, Tensor> loss, int? until = null)
    {
        Directory.CreateDirectory(folder);
        set_num_threads(schedule.Threads);
        using var optimizer = AdamW(model.parameters(), schedule.LearningRate, weight_decay: schedule.WeightDecay);
        var first = Resume(model, optimizer);
        var (sum, terms) = (0.0, 0);
        var last = Math.Min(schedule.Steps, until ?? schedule.Steps);
        model.train();
        for (var step = first; step < last; step++)
        {
            using var scope = NewDisposeScope();
            manual_seed(schedule.Seed + step);
            foreach (var group in optimizer.ParamGroups) group.LearningRate = schedule.LearningRateAt(step);
            optimizer.zero_grad();
            var value = loss(step);
            value.backward();
            nn.utils.clip_grad_norm_(model.parameters(), schedule.ClipNorm);
            optimizer.step();
            (sum, terms) = (sum + value.item<float>(), terms + 1);
            if ((step + 1) % LogSteps == 0 || step + 1 == last)
            {
                log(FormattableString.Invariant($"step {step + 1} loss {sum / terms:F4} rate {schedule.LearningRateAt(step):E2}"));
                if (step + 1 < last) (sum, terms) = (0, 0);
            }
            if ((step + 1) % schedule.CheckpointSteps != 0 && step + 1 != last) continue;
            Save(model, optimizer, step + 1);
            model.eval();
            judge?.Invoke(step + 1);
            model.train();
        }
        model.eval();
        return terms == 0 ? double.NaN : sum / terms;
    }

    private int Resume(nn.Module model, OptimizerHelper optimizer)
    {
        var marker = Path.Combine(folder, "step");
        if (!File.Exists(marker)) return 0;
        var step = int.Parse(File.ReadAllText(marker), System.Globalization.CultureInfo.InvariantCulture);
        model.load(Path.Combine(folder, $"{step}.weights"));
        optimizer.load_state_dict(Path.Combine(folder, $"{step}.optimizer"));
        log($"resumed at step {step}");
        return step;
    }

    private void Save(nn.Module model, OptimizerHelper optimizer, int step)
    {
        model.save(Path.Combine(folder, $"{step}.weights"));
        optimizer.save_state_dict(Path.Combine(folder, $"{step}.optimizer"));
        // The marker last: what it names is whole.
        File.WriteAllText(Path.Combine(folder, "step"), step.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
