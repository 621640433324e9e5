using AVServer.Lab.Features;
using AVServer.Networks;
using static TorchSharp.torch;

namespace AVServer.Lab.Training;

/// <summary>Teaches the second stage on windows of speech embeddings: is the keyword at their end, and where.</summary>
/// <remarks>
/// Each head of the ensemble draws examples of its own. Nearly all filler is easy, and the few windows that are not set the rate of
/// false alarms: half of a batch's filler are the windows that the head, as it stands, takes for the keyword most, out of
/// <see cref="Tried"/> times as many.
/// </remarks>
public sealed class VerifierTrainer
{
    private const double TimeWeight = 2;
    private const double KeywordShare = 0.35, FillerInKeywordShare = 0.15;

    /// <summary>Windows of filler that are tried for each hard one that is learnt from.</summary>
    private const int Tried = 8;

    /// <summary>Share of the steps before hard ones are looked for: what a head that knows nothing finds hard is chance.</summary>
    private const double EasyShare = 0.1;

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
        Model = new VerifierEnsemble(recipe.Verifier);
        var (mean, istd) = InputStatistics();
        foreach (var head in Model.Members) head.SetCmvn(mean, istd);
    }

    public VerifierEnsemble Model { get; }

    /// <summary>Loss on the batches of a step: one a head.</summary>
    public Tensor Loss(int step) =>
        Model.Members.Select((head, member) => Loss(head, step, new Random(unchecked((((_recipe.Seed * 1_000_003) + step) * 31) + member))))
            .Aggregate((sum, loss) => sum + loss);

    private Tensor Loss(VerifierHead head, int step, Random random)
    {
        var windows = new List<(int Example, int Step)>();
        var keywords = (int)(_recipe.Batch * KeywordShare);
        Draw(_positive, keywords);
        Draw(_fillerInKeyword, (int)(_recipe.Batch * FillerInKeywordShare));
        var filler = _recipe.Batch - windows.Count;
        var hard = step < EasyShare * _recipe.Steps ? 0 : filler / 2;
        Draw(_filler, filler - hard);
        windows.AddRange(Hardest(head, hard, random));

        var outputs = head.call(Embeddings(windows, random));                                     // [B, 3]
        var label = cat([ones(keywords), zeros(windows.Count - keywords)], 0);
        var classification = nn.functional.binary_cross_entropy_with_logits(outputs.select(1, 0), label);
        var times = nn.functional.smooth_l1_loss(
            outputs.narrow(0, 0, keywords).narrow(1, 1, 2), Times(windows.Take(keywords)), nn.Reduction.None, 0.1);
        return classification + (TimeWeight * times.sum() / keywords);

        void Draw(List<(int, int)> from, int count)
        {
            for (var i = 0; i < count; i++) windows.Add(from[random.Next(from.Count)]);
        }
    }

    private (int Example, int Step)[] Hardest(VerifierHead head, int count, Random random)
    {
        if (count == 0) return [];
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var tried = Enumerable.Range(0, count * Tried).Select(_ => _filler[random.Next(_filler.Count)]).ToArray();
        var logits = head.call(Embeddings(tried, random)).select(1, 0).contiguous().data<float>().ToArray();
        Array.Sort(logits, tried);
        return tried[^count..];
    }

    private Tensor Embeddings(IReadOnlyList<(int Example, int Step)> windows, Random random)
    {
        const int dim = EmbeddingFrontEnd.Dim;
        var window = _recipe.Verifier!.WindowSteps;
        var values = new float[windows.Count * window * dim];
        for (var b = 0; b < windows.Count; b++)
        {
            var target = values.AsSpan(b * window * dim, window * dim);
            _pool.Embeddings[windows[b].Example].AsSpan((windows[b].Step - window + 1) * dim, window * dim).CopyTo(target);
            for (var i = 0; i < target.Length; i++) target[i] += (float)((random.NextDouble() + random.NextDouble() - 1) * 2);
        }
        return tensor(values, [windows.Count, window, dim]);
    }

    /// <summary>Seconds since the keyword's start and end: [B, 2].</summary>
    private Tensor Times(IEnumerable<(int Example, int Step)> windows)
    {
        float[] times = [.. windows.SelectMany(window =>
        {
            var (word, at) = (_pool.Words[window.Example]!.Value, EmbeddingFrontEnd.EndSample(window.Step) / 16_000.0);
            return new[] { (float)(at - word.StartSeconds), (float)(at - word.EndSeconds) };
        })];
        return tensor(times, [times.Length / 2, 2]);
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
