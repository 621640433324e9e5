using AVServer.Lab.Features;
using AVServer.Networks;
using static TorchSharp.torch;

namespace AVServer.Lab.Training;

/// <summary>Teaches the first stage: BCE around the word's end, and the max-pooling loss on both sides.</summary>
/// <remarks>
/// Max-pooling after Sun et al. 2016: of a keyword example the best output near the word's end counts, of everything the
/// worst output elsewhere. The plain BCE beside it keeps the other frames in place. Keyword and filler share each batch.
/// </remarks>
public sealed class SpotterTrainer
{
    private readonly TrainRecipe _recipe;
    private readonly ExamplePool _pool;
    private readonly int _stride;
    private readonly int _steps;

    public SpotterTrainer(TrainRecipe recipe, ExamplePool pool)
    {
        (_recipe, _pool) = (recipe, pool);
        _stride = recipe.Spotter!.Stride;
        _steps = pool.Fbank[0].Length / ExamplePool.Mels / _stride;
        manual_seed(recipe.Seed);
        Model = new Mdtc(recipe.Spotter);
        var (mean, istd) = InputStatistics();
        Model.SetCmvn(mean, istd);
    }

    public Mdtc Model { get; }

    /// <summary>Loss on the batch of a step.</summary>
    public Tensor Loss(int step)
    {
        var (fbank, labels) = Batch(new Random(unchecked((_recipe.Seed * 1_000_003) + step)));
        var logits = Model.logits(fbank).squeeze(2);                                             // [B, S]
        var positive = (labels == 1).to(ScalarType.Float32);
        var negative = (labels == 0).to(ScalarType.Float32);
        var loss = nn.functional.softplus(-logits);
        var near = (loss * positive).sum() / positive.sum().clamp_min(1);
        var far = (nn.functional.softplus(logits) * negative).sum() / negative.sum().clamp_min(1);
        var best = (logits + ((positive - 1) * 1e4)).amax([1]);
        var worst = (logits + ((negative - 1) * 1e4)).amax([1]);
        var hasWord = positive.amax([1]);
        var pooled = (nn.functional.softplus(-best) * hasWord).sum() / hasWord.sum().clamp_min(1);
        return (0.3 * near) + pooled + (2 * far) + nn.functional.softplus(worst).mean();
    }

    private (Tensor Fbank, Tensor Labels) Batch(Random random)
    {
        const int mels = ExamplePool.Mels;
        var frames = _steps * _stride;
        var (batch, values) = (_recipe.Batch, new float[_recipe.Batch * frames * mels]);
        var labels = new float[batch * _steps];
        Span<sbyte> placed = stackalloc sbyte[_steps];
        for (var b = 0; b < batch; b++)
        {
            var index = random.Next(_pool.Count);
            var source = _pool.Fbank[index];
            var target = values.AsSpan(b * frames * mels, frames * mels);
            VocalTractWarp.Apply(source, mels, target, random);
            // A shift of the whole curve is another level.
            var shift = (float)((random.NextDouble() * 4) - 2);
            for (var i = 0; i < target.Length; i++) target[i] += shift;
            SpecAugment.Mask(target, mels, random);
            SpotterLabels.Place(_pool.Words[index], _stride, placed);
            for (var s = 0; s < _steps; s++) labels[(b * _steps) + s] = placed[s];
        }
        return (tensor(values, [batch, frames, mels]), tensor(labels, [batch, _steps]));
    }

    private (float[] Mean, float[] Istd) InputStatistics()
    {
        const int mels = ExamplePool.Mels;
        var (sum, squares, frames) = (new double[mels], new double[mels], 0L);
        foreach (var fbank in _pool.Fbank.Take(2000))
        {
            for (var i = 0; i < fbank.Length; i++)
            {
                var value = (double)(float)fbank[i];
                sum[i % mels] += value;
                squares[i % mels] += value * value;
            }
            frames += fbank.Length / mels;
        }
        var mean = Array.ConvertAll(sum, s => (float)(s / frames));
        var istd = squares.Select((s, i) => (float)(1 / Math.Sqrt(Math.Max(1e-3, (s / frames) - ((double)mean[i] * mean[i]))))).ToArray();
        return (mean, istd);
    }
}
