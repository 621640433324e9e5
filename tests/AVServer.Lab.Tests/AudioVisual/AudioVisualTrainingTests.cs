using AVServer.Lab.Augmentation;
using AVServer.Lab.Commands;
using AVServer.Lab.Training;
using AVServer.Networks.Flcma;
using AVServer.Runtime;
using AVServer.TestKit;
using AVServer.Vision;
using static TorchSharp.torch;

namespace AVServer.Lab.Tests.AudioVisual;

[Trait("Category", "unit")]
public sealed class AudioVisualTrainingTests
{
    private static readonly AudioVisualStage Short = new(Steps: 6, Batch: 6, LearningRate: 1e-3);
    private static readonly AudioVisualRecipe Recipe = new(
        "tiny", "0.0.1", "none", Seed: 3, Short, Short with { Batch = 3 }, Short, new SoundRecipe(), new LipAugmentRecipe(), Threads: 1);

    [Fact]
    public void Keyword_windows_count_five_times()
    {
        var logits = zeros([2]);
        Assert.Equal(3 * Math.Log(2), WindowLoss.Of(logits, [true, false]).item<float>(), 5);
        Assert.Equal(5 * Math.Log(2), WindowLoss.Of(logits, [true, true]).item<float>(), 5);
        Assert.True(WindowLoss.Of(tensor(new[] { 4f, -4f }), [true, false]).item<float>() < 0.1);
    }

    [Fact]
    public void Chances_of_a_step_come_from_its_number_alone()
    {
        var set = MadeUp.Set();
        var sound = new WindowSound(MadeUp.Noise());
        float Audio(int step)
        {
            var trainer = new AudioTrainer(Recipe, set, sound);
            trainer.Model.eval();
            return trainer.Loss(step).item<float>();
        }
        Assert.Equal(Audio(4), Audio(4));
        Assert.NotEqual(Audio(4), Audio(5));
    }

    [Fact]
    public void Three_stages_follow_each_other_and_start_from_what_was_learnt()
    {
        using var folder = new TemporaryFolder();
        var set = MadeUp.Set();
        var sound = new WindowSound(MadeUp.Noise());
        double Train(string name, nn.Module model, Func<int, Tensor> loss)
        {
            var judged = 0;
            var last = new TrainingRun(Recipe.Schedule(Short), Path.Combine(folder.Path, name), _ => { }, _ => judged++).Run(model, loss);
            Assert.Equal(1, judged);
            Assert.False(model.training);
            return last;
        }
        var (audio, visual) = (new AudioTrainer(Recipe, set, sound), new VisualTrainer(Recipe, set));
        Assert.True(double.IsFinite(Train("audio", audio.Model, audio.Loss)));
        Assert.True(double.IsFinite(Train("visual", visual.Task, visual.Loss)));
        var bank = new LipFeatureBank(set, visual.Model.Encoder, new LipRenderer(Recipe.Lips), renderings: 1, speedSpread: 0.2, seed: 1);
        var joint = new JointTrainer(Recipe, set, sound, audio.Model, visual.Model, bank);
        var learnt = audio.Model.state_dict()["subsampler.conv1.weight"];
        Assert.True(learnt.allclose(joint.Model.state_dict()["subsampler.conv1.weight"]));
        Assert.True(double.IsFinite(Train("joint", joint.Model, joint.Loss)));
        Assert.False(learnt.allclose(joint.Model.state_dict()["subsampler.conv1.weight"], 1e-7, 1e-9));
    }

    [Fact]
    public void Stage_that_a_recipe_lacks_is_refused_before_anything_is_read()
    {
        var recipe = Path.Combine(TestPaths.RepositoryRoot, "src", "AVServer.Lab", "Recipes", "please-av.json");
        var error = Assert.Throws<ArgumentException>(
            () => TrainAvCommand.Run(new LabFolders("none", "none", "none"), recipe, ["joint"], TextWriter.Null));
        Assert.StartsWith("Expected stages among audio, visual, joint-1, joint-2, got 'joint'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Members_of_a_recipe_differ_by_their_seeds()
    {
        var recipe = Recipe with { Members = 3 };
        Assert.Equal(["audio", "visual", "joint-1", "joint-2", "joint-3"], recipe.Stages);
        Assert.Equal([3, 4, 5], Enumerable.Range(0, 3).Select(member => recipe.Of(member).Seed));
    }

    [Fact]
    public void Small_models_take_all_measures_of_a_mouth()
    {
        Assert.Equal(LipShape.Measures, FlcmaConfig.Small.LipMeasures);
        Assert.Equal(LipShape.Measures, AudioVisualSpec.AllLipMeasures);
        Assert.Equal(0, FlcmaConfig.Base.LipMeasures);
    }

    [Fact]
    public void Features_of_a_window_are_those_of_its_pictures()
    {
        var set = MadeUp.Set();
        manual_seed(1);
        var encoder = new LipEncoder(FlcmaConfig.Small);
        encoder.eval();
        var bank = new LipFeatureBank(set, encoder, new LipRenderer(null), renderings: 1, speedSpread: 0, seed: 1);
        var clip = set.Clips[11];                    // long enough for the window to begin inside its stretch
        var window = WindowPlan.RecordedWindow(clip, 0.5);
        var (features, size) = (FlcmaConfig.Small.LipFeatures, FlcmaConfig.Small.LipValues);
        var read = new float[AudioVisualWindow.Pictures * size];
        bank.Read(window, 0, 0, 0, read);

        // By hand: the pictures that the window shows, two more on each side, through the encoder.
        var first = (int)Math.Floor(window.Picture(0, 1, 1).Seconds * 25);
        var pictures = new float[(AudioVisualWindow.Pictures + 4) * 64 * 64];
        new LipRenderer(null).Render(set[clip], first - 2, 1, new Random(0), pictures);
        using var mode = no_grad();
        var expected = encoder.call(tensor(pictures, [1, 1, AudioVisualWindow.Pictures + 4, 64, 64])).contiguous().data<float>().ToArray();
        var recording = set[clip];
        for (var i = 0; i < AudioVisualWindow.Pictures; i++)
        {
            Assert.All(
                expected.Skip(i * features).Take(features).Zip(read.Skip(i * size)), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
            var picture = Math.Clamp(first + i, 0, recording.Pictures - 1);
            Assert.Equal(
                recording.Shapes.Skip(picture * LipShape.Measures).Take(LipShape.Measures),
                read.Skip((i * size) + features).Take(LipShape.Measures));
        }
    }
}
