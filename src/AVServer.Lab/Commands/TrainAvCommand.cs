using System.Globalization;
using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Lab.Training;
using static TorchSharp.torch;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab train-av</c>: the audio model and the visual model alone, then both together from their weights, once for each member. Started again, it goes on.</summary>
public static class TrainAvCommand
{
    /// <summary>Name of a stage's log in its folder.</summary>
    public const string LogFile = "training.log";

    private const int LipRenderings = 8;

    /// <param name="folders">Where everything is.</param>
    /// <param name="recipePath">Recipe.</param>
    /// <param name="stages">Which of <see cref="AudioVisualRecipe.Stages"/>; all where empty.</param>
    /// <param name="output">Takes the log too.</param>
    /// <exception cref="ArgumentException">The recipe has no such stage.</exception>
    public static void Run(LabFolders folders, string recipePath, IReadOnlyCollection<string> stages, TextWriter output)
    {
        var recipe = AudioVisualRecipe.Load(recipePath);
        if (stages.Except(recipe.Stages).FirstOrDefault() is { } unknown)
            throw new ArgumentException($"Expected stages among {string.Join(", ", recipe.Stages)}, got '{unknown}'.", nameof(stages));
        set_num_threads(recipe.Threads);
        var dataPath = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(recipePath))!, recipe.Data);
        var corpora = new Corpora(dataPath, folders.Cache);
        var corpus = new AudioVisualCorpus(corpora.Recipe, new LipCache(folders.Lips));
        var (train, dev) = (new AudioVisualSet(corpus, Split.Train), new AudioVisualSet(corpus, Split.Dev));
        WindowSound Sound(int seed) => new(new NoiseBank(corpora, Split.Train, seed));
        var judge = new DevScores(recipe, dev, new WindowSound(new NoiseBank(corpora, Split.Dev, recipe.Seed)));
        var data = $"{recipe.Name} {recipe.Version}: train {train.Clips.Count} recordings, {train.Positives.Count} with '{corpora.Recipe.Keyword}'; dev {dev.Clips.Count}, {dev.Positives.Count}";
        bool Wanted(string stage) => stages.Count == 0 || stages.Contains(stage);

        if (Wanted("audio"))
        {
            var audio = new AudioTrainer(recipe, train, Sound(recipe.Seed));
            Stage("audio", recipe, recipe.Audio, audio.Model, audio.Loss, () => judge.Of(audio.Model));
        }
        if (Wanted("visual"))
        {
            var visual = new VisualTrainer(recipe, train);
            Stage("visual", recipe, recipe.Visual, visual.Task, visual.Loss, () => judge.Of(visual.Model));
        }
        if (!recipe.JointStages.Any(Wanted)) return;
        var (heard, seen) = (AudioVisualCheckpoints.Audio(folders, recipe), AudioVisualCheckpoints.Visual(folders, recipe));
        using var devLips = judge.Lips(seen.Encoder);
        foreach (var (name, member) in recipe.JointStages.Select((name, i) => (name, recipe.Of(i))).Where(stage => Wanted(stage.name)))
        {
            var bank = new LipFeatureBank(train, seen.Encoder, new LipRenderer(recipe.Lips), LipRenderings, recipe.Sound.SpeedSpread, member.Seed);
            var joint = new JointTrainer(member, train, Sound(member.Seed), heard, seen, bank);
            Stage(name, member, recipe.Joint, joint.Model, joint.Loss, () => judge.Of(joint.Model, devLips));
        }

        void Stage(string name, AudioVisualRecipe own, AudioVisualStage stage, nn.Module model, Func<int, Tensor> loss, Func<string> describe)
        {
            var folder = folders.Run(Path.Combine(recipe.Name, name));
            Directory.CreateDirectory(folder);
            // A log for each stage: audio and visual may be trained side by side, and so may members.
            using var file = new StreamWriter(Path.Combine(folder, LogFile), append: true) { AutoFlush = true };
            void Log(string line)
            {
                output.WriteLine(line);
                file.WriteLine(line);
            }
            Log($"{data}; seed {own.Seed}; {name}: {stage.Steps} steps of {stage.Batch}");
            var run = new TrainingRun(own.Schedule(stage), folder, line => Log($"{name} {line}"),
                step => Log(string.Create(CultureInfo.InvariantCulture, $"{name} step {step} dev {describe()}")));
            run.Run(model, loss);
        }
    }
}
