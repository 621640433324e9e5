using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Lab.Data.Emotion;
using AVServer.Signal;

namespace AVServer.Lab.Training.Emotion;

/// <summary>
/// Features of recordings in several renderings, made once: silent edges cut, then as recorded, or with another voice, microphone and
/// noise.
/// </summary>
public sealed class EmotionBank
{
    private const int Margin = 1_600;
    private readonly Half[][][] _features;
    private readonly float[][][] _descriptors;

    /// <param name="recordings">Recordings.</param>
    /// <param name="read">Samples of a recording in [-1, 1), 16 kHz.</param>
    /// <param name="noises">Noise to mix with; may be empty.</param>
    /// <param name="frontEnd">What the model hears by.</param>
    /// <param name="augmentation">How the renderings differ.</param>
    /// <param name="seed">Their chances.</param>
    public EmotionBank(
        IReadOnlyList<Recording> recordings, Func<Recording, float[]> read, IReadOnlyList<float[]> noises, IEmotionFrontEnd frontEnd,
        EmotionAugmentation augmentation, int seed)
    {
        (Recordings, Dim, DescriptorDim) = (recordings, frontEnd.Dim, frontEnd.DescriptorDim);
        (Half[] Frames, float[] Descriptors)[][] renderings =
            [.. recordings.Select((recording, i) => (Samples: Trim(read(recording)), i)).AsParallel().AsOrdered().WithDegreeOfParallelism(2)
                .Select(row =>
        {
            var random = new Random(unchecked((seed * 7_919) + row.i));
            return Enumerable.Range(0, augmentation.Variants)
                .Select(variant => Cut(variant == 0 ? row.Samples : Change(row.Samples, noises, augmentation, random)))
                .Select(samples => (Array.ConvertAll(frontEnd.Compute(samples), value => (Half)value), frontEnd.Describe(samples)))
                .ToArray();
        })];
        _features = Array.ConvertAll(renderings, rows => Array.ConvertAll(rows, row => row.Frames));
        _descriptors = Array.ConvertAll(renderings, rows => Array.ConvertAll(rows, row => row.Descriptors));
    }

    /// <summary>The recordings, in order.</summary>
    public IReadOnlyList<Recording> Recordings { get; }

    /// <summary>Values of a frame.</summary>
    public int Dim { get; }

    /// <summary>Values that describe a recording as a whole; 0 where the front end has none.</summary>
    public int DescriptorDim { get; }

    /// <summary>What describes a recording's rendering as a whole: <see cref="DescriptorDim"/> values.</summary>
    public float[] Describe(int recording, int variant) => _descriptors[recording][variant];

    /// <summary>Mean and 1 ÷ standard deviation of each descriptor over recordings as recorded.</summary>
    /// <param name="recordings">Which.</param>
    public (float[] Mean, float[] Istd) DescriptorStatistics(IReadOnlyList<int> recordings)
    {
        var (mean, istd) = (new float[DescriptorDim], new float[DescriptorDim]);
        for (var d = 0; d < DescriptorDim; d++)
        {
            var average = recordings.Average(i => (double)Describe(i, 0)[d]);
            var variance = recordings.Average(i => (Describe(i, 0)[d] - average) * (Describe(i, 0)[d] - average));
            (mean[d], istd[d]) = ((float)average, (float)(1 / Math.Sqrt(Math.Max(1e-6, variance))));
        }
        return (mean, istd);
    }

    /// <summary>Features of a recording, [frames, <see cref="Dim"/>]; rendering 0 is as recorded.</summary>
    public float[] this[int recording, int variant] => Array.ConvertAll(_features[recording][variant], value => (float)value);

    /// <summary>
    /// Mean and 1 ÷ standard deviation of each value over recordings as recorded; the leading values after their recording's mean was taken
    /// away.
    /// </summary>
    /// <param name="recordings">Which.</param>
    /// <param name="centred">Number of leading values.</param>
    public (float[] Mean, float[] Istd) Statistics(IEnumerable<int> recordings, int centred)
    {
        var (sum, squares, count) = (new double[Dim], new double[Dim], 0L);
        foreach (var features in recordings.Select(i => this[i, 0]))
        {
            var frames = features.Length / Dim;
            for (var d = 0; d < Dim; d++)
            {
                var mean = 0.0;
                for (var t = 0; t < frames && d < centred; t++) mean += features[(t * Dim) + d] / frames;
                for (var t = 0; t < frames; t++)
                {
                    var value = features[(t * Dim) + d] - mean;
                    (sum[d], squares[d]) = (sum[d] + value, squares[d] + (value * value));
                }
            }
            count += frames;
        }
        return (Array.ConvertAll(sum, s => (float)(s / count)),
            [.. squares.Select((s, d) => (float)(1 / Math.Sqrt(Math.Max(1e-6, (s / count) - (sum[d] / count * sum[d] / count)))))]);
    }

    private static float[] Trim(float[] samples)
    {
        var (start, end) = SpeechEdges.Find(samples);
        return samples[Math.Max(0, start - Margin)..Math.Min(samples.Length, end + Margin)];
    }

    private static float[] Cut(float[] samples) =>
        samples.Length <= EmotionRecipe.MaxSeconds * IEmotionFrontEnd.SampleRateHz ? samples
            : samples[..(int)(EmotionRecipe.MaxSeconds * IEmotionFrontEnd.SampleRateHz)];

    private static float[] Change(float[] samples, IReadOnlyList<float[]> noises, EmotionAugmentation augmentation, Random random)
    {
        double Spread(double reach) => reach * ((2 * random.NextDouble()) - 1);
        var changed = Waveform.ChangeSpeed(samples, 1 + Spread(augmentation.SpeedSpread));
        for (var band = 0; band < 2; band++)
            Biquad.Peak(changed, 100 * Math.Pow(60, random.NextDouble()), Spread(augmentation.ColourDb), 0.5);
        if (noises.Count == 0 || random.NextDouble() >= augmentation.NoiseShare) return changed;
        var noise = noises[random.Next(noises.Count)];
        NoiseMixer.Mix(
            changed, noise, random.Next(noise.Length),
            augmentation.LowestSnrDb + (random.NextDouble() * (augmentation.HighestSnrDb - augmentation.LowestSnrDb)));
        return changed;
    }
}
