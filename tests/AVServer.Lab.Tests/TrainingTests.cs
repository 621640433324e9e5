using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Lab.Features;
using AVServer.Lab.Training;
using AVServer.Networks;

namespace AVServer.Lab.Tests;

[Trait("Category", "unit")]
public sealed class TrainingTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "av-lab-" + Guid.NewGuid().ToString("N"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static readonly TrainRecipe Recipe = new(
        "tiny", "0.0.1", "none", Seed: 5, Examples: 24, new ExampleRecipe(), Steps: 20, Batch: 12, LearningRate: 5e-3, Threads: 1,
        Spotter: new MdtcConfig(Width: 8, Stacks: 1, BlocksPerStack: 2, Kernel: 3, Stride: 4));

    /// <summary>Loud stretches that end with the word, in half of the examples.</summary>
    private static ExamplePool Pool()
    {
        const int frames = 120;
        var random = new Random(3);
        var pool = new ExamplePool { Fbank = new Half[24][], Embeddings = new float[24][], Words = new WordTimes?[24] };
        for (var i = 0; i < 24; i++)
        {
            pool.Words[i] = i % 2 == 0 ? new WordTimes(0.5, 0.9) : null;
            pool.Embeddings[i] = [];
            pool.Fbank[i] = new Half[frames * ExamplePool.Mels];
            for (var j = 0; j < pool.Fbank[i].Length; j++)
                pool.Fbank[i][j] = (Half)(random.NextSingle() + (i % 2 == 0 && j / ExamplePool.Mels is > 50 and < 90 ? 6 : 0));
        }
        return pool;
    }

    private double Train(string folder, out float[] weights, params int?[] until)
    {
        var loss = double.NaN;
        weights = [];
        foreach (var last in until)
        {
            var trainer = new SpotterTrainer(Recipe, Pool());
            loss = new TrainingRun(Recipe.Schedule, Path.Combine(_folder, folder), _ => { }).Run(trainer.Model, trainer.Loss, last);
            weights = [.. trainer.Model.parameters().SelectMany(parameter => parameter.data<float>().ToArray())];
        }
        return loss;
    }

    [Fact]
    public void Twenty_steps_lower_the_loss()
    {
        var first = Train("short", out _, 2);
        var all = Train("long", out _, (int?)null);
        Assert.True(all < 0.8 * first, $"Expected the mean over 20 steps below 0.8 of that over 2, got {all} and {first}.");
    }

    [Fact]
    public void Resumed_run_ends_with_the_weights_of_an_uncut_one()
    {
        Train("uncut", out var uncut, (int?)null);
        Train("cut", out var resumed, 9, null);
        Assert.Equal(uncut, resumed);
    }

    [Fact]
    public void Recipe_with_two_models_is_refused()
    {
        Directory.CreateDirectory(_folder);
        var path = Path.Combine(_folder, "recipe.json");
        File.WriteAllText(
            path,
            """{"name":"a","version":"1","data":"d","seed":1,"examples":1,"composition":{},"steps":1,"batch":1,"spotter":{},"verifier":{}}""");
        Assert.Contains(
            "both", Assert.Throws<System.Text.Json.JsonException>(() => TrainRecipe.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Learning_rate_rises_then_falls()
    {
        Directory.CreateDirectory(_folder);
        var recipe = Recipe with { Steps = 100 };
        Assert.Equal(recipe.LearningRate, recipe.Schedule.LearningRateAt(4), 9);
        Assert.True(recipe.Schedule.LearningRateAt(0) < recipe.Schedule.LearningRateAt(2));
        Assert.True(recipe.Schedule.LearningRateAt(99) < 0.01 * recipe.LearningRate);
    }
}
