using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Lab.Features;
using AVServer.Lab.Training;
using AVServer.Networks;
using static TorchSharp.torch;

namespace AVServer.Lab.Tests;

[Trait("Category", "unit")]
public sealed class VerifierTrainerTests : IDisposable
{
    private const int Dim = EmbeddingFrontEnd.Dim;
    private const int Steps = EmbeddingFrontEnd.LeadSteps + 38;
    private const int KeywordStep = EmbeddingFrontEnd.LeadSteps + 20;

    private static readonly TrainRecipe Recipe = new(
        "tiny", "0.0.1", "none", Seed: 5, Examples: 400, new ExampleRecipe(), Steps: 350, Batch: 48, LearningRate: 5e-3, Threads: 1,
        Verifier: new VerifierHeadConfig(WindowSteps: 6, Width: 16, Layers: 1, Dropout: 0, Members: 2));

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "av-lab-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    /// <summary>
    /// Filler that is like the keyword but for a few values, in one example of fifty: what a batch drawn evenly hardly shows.
    /// </summary>
    [Fact]
    public void Rare_filler_that_is_like_the_keyword_is_told_from_it()
    {
        using var model = Trained(Pool(), until: null);

        Assert.InRange(Posterior(model, keyword: true, like: false), 0.9, 1);
        Assert.InRange(Posterior(model, keyword: false, like: true), 0, 0.3);
    }

    [Fact]
    public void Members_learn_from_examples_of_their_own()
    {
        using var model = Trained(Pool(), until: 5);
        var (first, second) = (model.Members[0].parameters().ToArray(), model.Members[1].parameters().ToArray());
        Assert.Contains(first.Zip(second), pair => !pair.First.data<float>().ToArray().SequenceEqual(pair.Second.data<float>().ToArray()));
    }

    [Fact]
    public void Resumed_run_ends_with_the_weights_of_an_uncut_one()
    {
        var pool = Pool();
        using var uncut = Trained(pool, until: 40);
        Trained(pool, until: 15, "cut").Dispose();
        using var resumed = Trained(pool, until: 40, "cut");
        Assert.Equal(Weights(uncut), Weights(resumed));
    }

    private VerifierEnsemble Trained(ExamplePool pool, int? until, string folder = "run")
    {
        var trainer = new VerifierTrainer(Recipe, pool);
        new TrainingRun(Recipe.Schedule, Path.Combine(_folder, folder), _ => { }).Run(trainer.Model, trainer.Loss, until);
        return trainer.Model;
    }

    private static float[] Weights(VerifierEnsemble model) =>
        [.. model.parameters().SelectMany(parameter => parameter.data<float>().ToArray())];

    private static float Posterior(VerifierEnsemble model, bool keyword, bool like)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var window = Recipe.Verifier!.WindowSteps;
        var example = Example(new Random(99), keyword, like);
        var values = example.AsSpan((KeywordStep - window + 1) * Dim, window * Dim).ToArray();
        return model.call(tensor(values, [1, window, Dim])).select(1, 0).sigmoid().item<float>();
    }

    private static ExamplePool Pool()
    {
        var random = new Random(3);
        var pool = new ExamplePool { Fbank = new Half[400][], Embeddings = new float[400][], Words = new WordTimes?[400] };
        var end = EmbeddingFrontEnd.EndSample(KeywordStep) / 16_000.0;
        for (var i = 0; i < 400; i++)
        {
            pool.Fbank[i] = [];
            pool.Words[i] = i % 2 == 0 ? new WordTimes(end - 0.5, end - 0.1) : null;
            pool.Embeddings[i] = Example(random, keyword: i % 2 == 0, like: i % 50 == 1);
        }
        return pool;
    }

    private static float[] Example(Random random, bool keyword, bool like)
    {
        var values = new float[Steps * Dim];
        for (var i = 0; i < values.Length; i++) values[i] = random.NextSingle() - 0.5f;
        if (!keyword && !like) return values;
        for (var step = KeywordStep - 4; step <= KeywordStep; step++)
        {
            for (var d = 0; d < 20; d++) values[(step * Dim) + d] += 3;
            for (var d = 30; like && d < 33; d++) values[(step * Dim) + d] += 3;
        }
        return values;
    }
}
