using AVServer.Lab.Data.Emotion;
using AVServer.Lab.Scoring.Emotion;
using AVServer.Models.Emotion;
using AVServer.Speech;

namespace AVServer.Lab.Training.Emotion;

/// <summary>The stages of a recipe; one that has been trained already is only loaded.</summary>
/// <param name="recipe">How.</param>
/// <param name="bank">Recordings.</param>
/// <param name="log">Takes lines for the training log.</param>
internal sealed class EmotionTraining(EmotionRecipe recipe, EmotionBank bank, Action<string> log)
{
    /// <summary>A network that hears, in evaluation mode.</summary>
    /// <param name="examples">Places of the recordings that may be heard.</param>
    /// <param name="folder">Where checkpoints go.</param>
    internal EmotionNetwork Sound(IReadOnlyList<int> examples, string folder)
    {
        var trainer = new SoundTrainer(recipe, bank, examples, () => EmotionNetwork.OfSound(recipe));
        new TrainingRun(recipe.Schedule(recipe.Sound), Path.Combine(folder, "sound"), line => log($"sound {line}")).Run(trainer.Network.Module, trainer.Loss);
        trainer.Network.Module.eval();
        return trainer.Network;
    }

    /// <summary>A network that reads, in evaluation mode.</summary>
    internal MscnnSpu Text(IReadOnlyList<LabelledText> texts, WordVectors vectors, string folder)
    {
        var trainer = new TextTrainer(recipe, texts, vectors);
        new TrainingRun(recipe.Schedule(recipe.Text!), Path.Combine(folder, "text"), line => log($"text {line}")).Run(trainer.Model, trainer.Loss);
        trainer.Model.eval();
        return trainer.Model;
    }

    /// <summary>A network that does both, in evaluation mode.</summary>
    internal MscnnSpu Fused(IReadOnlyList<int> examples, IReadOnlyList<LabelledText> texts, WordVectors vectors, MscnnSpu sound, MscnnSpu text, string folder)
    {
        var trainer = new FusionTrainer(recipe, bank, examples, texts, vectors, sound, text);
        new TrainingRun(recipe.Schedule(recipe.Fused!), Path.Combine(folder, "fused"), line => log($"fused {line}")).Run(trainer.Model, trainer.Loss);
        trainer.Model.eval();
        return trainer.Model;
    }

    /// <summary>The baseline of reading, trained on the same texts as often; the decay of its weights is the one that is best on dev.</summary>
    internal BagOfWords Baseline(IReadOnlyList<LabelledText> texts, IReadOnlyList<LabelledText> dev, string folder)
    {
        var best = (F1: -1.0, Model: default(BagOfWords));
        foreach (var decay in (double[])[1e-3, 1e-2, 1e-1])
        {
            var trainer = new BagOfWordsTrainer(recipe, texts);
            var schedule = recipe.Schedule(recipe.Text! with { WeightDecay = decay, LearningRate = BagOfWordsTrainer.LearningRate });
            new TrainingRun(schedule, Path.Combine(folder, FormattableString.Invariant($"words-{decay}")), _ => { }).Run(trainer.Model, trainer.Loss);
            var f1 = EmotionScorer.Read(trainer.Model, dev).ToMatrix(recipe.Labels.Count).MacroF1;
            log(FormattableString.Invariant($"bag of words, decay {decay}: macro F1 {f1:F4} on dev"));
            if (f1 > best.F1) best = (f1, trainer.Model);
        }
        return best.Model!;
    }
}
