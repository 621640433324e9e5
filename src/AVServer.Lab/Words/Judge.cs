using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;

namespace AVServer.Lab.Words;

/// <summary>Boosted trees that tell a word that was said from one that only sounds like it.</summary>
internal sealed class Judge
{
    private readonly RegressionTreeEnsemble _trees;

    private Judge(RegressionTreeEnsemble trees) => _trees = trees;

    /// <summary>The trees, for export.</summary>
    public IReadOnlyList<RegressionTree> Trees => _trees.Trees;

    /// <summary>Added to the trees' sum.</summary>
    public double Bias => _trees.Bias;

    /// <summary>Learns from candidates.</summary>
    /// <param name="examples">Candidates with what they were and how much they count.</param>
    /// <param name="seed">Seed of the trees.</param>
    public static Judge Train(IReadOnlyList<JudgeExample> examples, int seed)
    {
        var ml = new MLContext(seed);
        var schema = SchemaDefinition.Create(typeof(JudgeExample));
        schema[nameof(JudgeExample.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, examples[0].Features.Length);
        var trainer = ml.BinaryClassification.Trainers.LightGbm(new LightGbmBinaryTrainer.Options
        {
            LabelColumnName = nameof(JudgeExample.IsWord),
            FeatureColumnName = nameof(JudgeExample.Features),
            ExampleWeightColumnName = nameof(JudgeExample.Weight),
            NumberOfIterations = 300,
            LearningRate = 0.06,
            NumberOfLeaves = 24,
            MinimumExampleCountPerLeaf = 60,
            NumberOfThreads = 2,
            Seed = seed,
            Deterministic = true,
            Booster = new GradientBooster.Options { L2Regularization = 1 },
        });
        var model = trainer.Fit(ml.Data.LoadFromEnumerable(examples, schema)).Model;
        return new Judge(model.SubModel.TrainedTreeEnsemble is { } ensemble ? new RegressionTreeEnsemble([.. ensemble.Trees], ensemble.Bias) : throw new InvalidOperationException("Expected trees, got none."));
    }

    /// <summary>Log-odds that the word was said, up to the weights of training.</summary>
    public float Score(ReadOnlySpan<float> features)
    {
        var sum = _trees.Bias;
        foreach (var tree in _trees.Trees)
        {
            var node = 0;
            while (true)
            {
                node = features[tree.NumericalSplitFeatureIndexes[node]] <= tree.NumericalSplitThresholds[node] ? tree.LeftChild[node] : tree.RightChild[node];
                if (node >= 0) continue;
                sum += tree.LeafValues[~node];
                break;
            }
        }
        return (float)sum;
    }

    private sealed record RegressionTreeEnsemble(IReadOnlyList<RegressionTree> Trees, double Bias);
}

/// <summary>A candidate that teaches a judge.</summary>
internal sealed class JudgeExample
{
    /// <summary>Whether the word was said.</summary>
    public bool IsWord { get; init; }

    /// <summary>How much it counts.</summary>
    public float Weight { get; set; }

    /// <summary>See <see cref="Detection.AlignmentFeatures"/>.</summary>
    public float[] Features { get; init; } = [];

    /// <summary>Which text.</summary>
    [NoColumn]
    public int Text { get; init; }
}
