using AVServer.Lab.Data.Emotion;
using AVServer.Lab.Scoring.Emotion;
using AVServer.Networks.Emotion;
using AVServer.Speech;

namespace AVServer.Lab.Training.Emotion;

/// <summary>The stages of a recipe; one that has been trained already is only loaded.</summary>
/// <param name="recipe">How.</param>
/// <param name="bank">Recordings.</param>
/// <param name="log">Takes lines for the training log.</param>
internal sealed class EmotionTraining(EmotionRecipe recipe, EmotionBank bank, Action<string> log)
{
    /// <summary>File of the weights of the whole that hears.</summary>
    internal const string SoundFile = "sound.weights";

    /// <summary>A network that hears, in evaluation mode.</summary>
    /// <param name="examples">Places of the recordings that may be heard.</param>
    /// <param name="folder">Where checkpoints go.</param>
    internal EmotionNetwork Sound(IReadOnlyList<int> examples, string folder)
    {
        var members = Enumerable.Range(0, recipe.Members).Select(member =>
        {
            var one = recipe.Member(member);
            var trainer = new SoundTrainer(one, bank, examples, () => EmotionNetwork.CreateAudio(recipe));
            new TrainingRun(
                recipe.Schedule(recipe.Sound) with { Seed = one.Seed }, Path.Combine(folder, EmotionRecipe.SoundFolder(member)),
                line => log($"sound {line}")).Run(trainer.Network.Module, trainer.Loss);
            return trainer.Network;
        });
        var whole = EmotionNetwork.Join([.. members], recipe, bank, examples);
        if (whole.Module is MscnnSpu mscnn) mscnn.Cool(recipe.SoundTemperature);
        whole.Module.save(Path.Combine(folder, SoundFile));
        return whole;
    }

    /// <summary>A network that reads, in evaluation mode.</summary>
    internal MscnnSpu Text(IReadOnlyList<LabelledText> texts, WordVectors vectors, string folder)
    {
        var trainer = new TextTrainer(recipe, texts, vectors);
        new TrainingRun(recipe.Schedule(recipe.Text!), Path.Combine(folder, "text"), line => log($"text {line}"))
            .Run(trainer.Model, trainer.Loss);
        trainer.Model.eval();
        return trainer.Model;
    }

    /// <summary>
    /// Lets the words' votes count in a network that reads: the share that has the best macro F1 on texts that trained neither, and the
    /// temperature that fits them.
    /// </summary>
    /// <param name="text">Trained without votes.</param>
    /// <param name="votes">Whose weights are the votes.</param>
    /// <param name="vectors">The words' vectors and votes.</param>
    /// <param name="dev">Texts that trained neither.</param>
    internal void TuneVotes(MscnnSpu text, BagOfWords votes, WordVectors vectors, IReadOnlyList<LabelledText> dev)
    {
        var (own, theirs) =
            (EmotionScorer.ScoreText(text, dev, vectors, EmotionConditions.Texts, 0).ToList(), EmotionScorer.ScoreText(votes, dev).ToList());
        List<EmotionScore> Mixed(double share) =>
            [.. own.Zip(
                theirs, (one, other) =>
                    one with { Logits = [.. one.Logits.Zip(other.Logits, (a, b) => (float)(((1 - share) * a) + (share * b)))] })];
        var best = Enumerable.Range(0, 21).Select(i => i / 20.0).MaxBy(share => Mixed(share).ToMatrix(recipe.Labels.Count).MacroF1);
        var temperature = Mixed(best).FitTemperature();
        text.WeighVotes((1 - best) / temperature, best / temperature, votes.Bias);
        var macroF1 = Mixed(best).ToMatrix(recipe.Labels.Count).MacroF1;
        log(
            FormattableString.Invariant($"votes of words: share {best:F2}, temperature {temperature:F2}, macro F1 {macroF1:F4} on dev"));
    }

    /// <summary>A network that does both, in evaluation mode.</summary>
    internal MscnnSpu Fused(
        IReadOnlyList<int> examples, IReadOnlyList<LabelledText> texts, WordVectors vectors, MscnnSpu sound, MscnnSpu text, string folder)
    {
        var trainer = new FusionTrainer(recipe, bank, examples, texts, vectors, sound, text);
        new TrainingRun(recipe.Schedule(recipe.Fused!), Path.Combine(folder, "fused"), line => log($"fused {line}"))
            .Run(trainer.Model, trainer.Loss);
        trainer.Model.eval();
        trainer.Model.OnlyAsks = false;
        return trainer.Model;
    }

    /// <summary>
    /// The baseline of reading, trained on the same texts as often; the decay of its weights is the one that is best on dev.
    /// </summary>
    internal BagOfWords Baseline(IReadOnlyList<LabelledText> texts, IReadOnlyList<LabelledText> dev, string folder)
    {
        var best = (F1: -1.0, Model: default(BagOfWords));
        foreach (var decay in (double[])[1e-3, 1e-2, 1e-1])
        {
            var trainer = new BagOfWordsTrainer(recipe, texts);
            var schedule = recipe.Schedule(recipe.Text! with { WeightDecay = decay, LearningRate = BagOfWordsTrainer.LearningRate });
            new TrainingRun(schedule, Path.Combine(folder, FormattableString.Invariant($"words-{decay}")), _ => { })
                .Run(trainer.Model, trainer.Loss);
            var f1 = EmotionScorer.ScoreText(trainer.Model, dev).ToMatrix(recipe.Labels.Count).MacroF1;
            log(FormattableString.Invariant($"bag of words, decay {decay}: macro F1 {f1:F4} on dev"));
            if (f1 > best.F1) best = (f1, trainer.Model);
        }
        return best.Model!;
    }
}
