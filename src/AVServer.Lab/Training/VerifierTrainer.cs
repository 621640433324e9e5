using AVServer.Lab.Features;
using AVServer.Models;
using static TorchSharp.torch;

namespace AVServer.Lab.Training;

/// <summary>Teaches the second stage on windows of speech embeddings: is the keyword at their end, and where.</summary>
public sealed class VerifierTrainer
{
    private const double TimeWeight = 2;
    private readonly TrainRecipe _recipe;
    private readonly ExamplePool _pool;
    private readonly List<(int Example, int Step)> _positive = [];
    private readonly List<(int Example, int Step)> _fillerInKeyword = [];
    private readonly List<(int Example, int Step)> _filler = [];

    public VerifierTrainer(TrainRecipe recipe, ExamplePool pool)
    {
        (_recipe, _pool) = (recipe, pool);
        var window = recipe.Verifier!.WindowSteps;
        for (var example = 0; example < pool.Count; example++)
        {
            var steps = pool.Embeddings[example].Length / EmbeddingFrontEnd.Dim;
            for (var step = EmbeddingFrontEnd.LeadSteps; step < steps; step++)
            {
                var label = VerifierLabels.Of(pool.Words[example], EmbeddingFrontEnd.EndSample(step) / 16_000.0);
                if (label < 0) continue;
                (label == 1 ? _positive : pool.Words[example] is null ? _filler : _fillerInKeyword).Add((example, step));
            }
        }
        manual_seed(recipe.Seed);
        Model = new VerifierHead(recipe.Verifier);
        var (mean, istd) = InputStatistics();
        Model.SetCmvn(mean, istd);
    }

    public VerifierHead Model { get; }

    /// <summary>Loss on the batch of a step.</summary>
    public Tensor Loss(int step)
    {
        var (embeddings, targets) = Batch(new Random(unchecked((_recipe.Seed * 1_000_003) + step)));
        var outputs = Model.call(embeddings);                                                     // [B, 3]
        var label = targets.select(1, 0);
        var classification = nn.functional.binary_cross_entropy_with_logits(outputs.select(1, 0), label);
        var times = nn.functional.smooth_l1_loss(outputs.narrow(1, 1, 2), targets.narrow(1, 1, 2), nn.Reduction.None, 0.1).sum(1);
        return classification + (TimeWeight * (times * label).sum() / label.sum().clamp_min(1));
    }

    private (Tensor Embeddings, Tensor Targets) Batch(Random random)
    {
        const int dim = EmbeddingFrontEnd.Dim;
        var window = _recipe.Verifier!.WindowSteps;
        var values = new float[_recipe.Batch * window * dim];
        var targets = new float[_recipe.Batch * 3];
        for (var b = 0; b < _recipe.Batch; b++)
        {
            var kind = random.NextDouble();
            var list = kind < 0.35 ? _positive : kind < 0.5 ? _fillerInKeyword : _filler;
            var (example, step) = list[random.Next(list.Count)];
            var target = values.AsSpan(b * window * dim, window * dim);
            _pool.Embeddings[example].AsSpan((step - window + 1) * dim, window * dim).CopyTo(target);
            for (var i = 0; i < target.Length; i++) target[i] += (float)((random.NextDouble() + random.NextDouble() - 1) * 2);
            if (list != _positive) continue;
            var (word, at) = (_pool.Words[example]!.Value, EmbeddingFrontEnd.EndSample(step) / 16_000.0);
            targets[b * 3] = 1;
            targets[(b * 3) + 1] = (float)(at - word.StartSeconds);
            targets[(b * 3) + 2] = (float)(at - word.EndSeconds);
        }
        return (tensor(values, [_recipe.Batch, window, dim]), tensor(targets, [_recipe.Batch, 3]));
    }

    private (float[] Mean, float[] Istd) InputStatistics()
    {
        const int dim = EmbeddingFrontEnd.Dim;
        var (sum, squares, count) = (new double[dim], new double[dim], 0L);
        foreach (var vectors in _pool.Embeddings.Take(2000))
        {
            for (var i = 0; i < vectors.Length; i++)
            {
                sum[i % dim] += vectors[i];
                squares[i % dim] += (double)vectors[i] * vectors[i];
            }
            count += vectors.Length / dim;
        }
        var mean = Array.ConvertAll(sum, s => (float)(s / count));
        var istd = squares.Select((s, i) => (float)(1 / Math.Sqrt(Math.Max(1e-3, (s / count) - ((double)mean[i] * mean[i]))))).ToArray();
        return (mean, istd);
    }
}
