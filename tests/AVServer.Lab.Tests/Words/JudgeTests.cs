using AVServer.Detection;
using AVServer.Lab.Export;
using AVServer.Lab.Words;
using AVServer.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace AVServer.Lab.Tests.Words;

/// <summary>Boosted trees, and the graph that the server runs.</summary>
[Trait("Category", "unit")]
public sealed class JudgeTests
{
    [Fact]
    public void Graph_scores_as_the_trees_do_and_tells_right_from_wrong()
    {
        var random = new Random(7);
        var examples = Enumerable.Range(0, 3_000).Select(_ => Example(random)).ToList();
        var judge = Judge.Train(examples, seed: 1);

        using var session = SessionFactory.Open(JudgeGraph.Build(judge));
        var fresh = Enumerable.Range(0, 200).Select(_ => Example(random)).ToArray();
        using var input = OrtValue.CreateTensorValueFromMemory(fresh.SelectMany(example => example.Features).ToArray(), [fresh.Length, AlignmentFeatures.Count]);
        using var options = new RunOptions();
        using var results = session.Run(options, ["features"], [input], ["score"]);
        var scores = results[0].GetTensorDataAsSpan<float>().ToArray();
        Assert.All(fresh.Zip(scores), pair => Assert.Equal(judge.Score(pair.First.Features), pair.Second, tolerance: 1e-4f));
        Assert.True(fresh.Zip(scores).Count(pair => pair.First.IsWord == pair.Second > 0) > 180);
    }

    [Fact]
    public void Same_examples_and_seed_give_the_same_judge()
    {
        var examples = Enumerable.Range(0, 1_000).Select(i => Example(new Random(i))).ToList();
        var (one, other) = (Judge.Train(examples, 3), Judge.Train(examples, 3));
        Assert.All(examples.Take(50), example => Assert.Equal(one.Score(example.Features), other.Score(example.Features)));
    }

    private static JudgeExample Example(Random random)
    {
        var features = Enumerable.Range(0, AlignmentFeatures.Count).Select(_ => (float)random.NextDouble()).ToArray();
        return new JudgeExample { Features = features, IsWord = features[3] + features[5] > 1, Weight = 1 };
    }
}
