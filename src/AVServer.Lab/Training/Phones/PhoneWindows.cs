using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;

namespace AVServer.Lab.Training.Phones;

/// <summary>Windows of speech, each clean and as it might really be heard.</summary>
/// <param name="recipe">How often and how loud.</param>
/// <param name="corpora">The recordings; filler of the training split is speech.</param>
/// <param name="noises">Noises, babble and rooms.</param>
internal sealed class PhoneWindows(PhoneRecipe recipe, Corpora corpora, NoiseBank noises)
{
    private const int SampleRateHz = 16_000;
    private readonly Clip[] _running = Speech(corpora, recipe, words: false);
    private readonly Clip[] _words = Speech(corpora, recipe, words: true);

    /// <summary>Samples of a window.</summary>
    public int Length { get; } = (int)(recipe.WindowSeconds * SampleRateHz);

    /// <summary>Recordings of running speech and of single words.</summary>
    public (int Running, int Words) Count => (_running.Length, _words.Length);

    /// <summary>One window; the same chances give the same one.</summary>
    public (float[] Clean, float[] Heard) Draw(Random random)
    {
        var clean = random.NextDouble() < recipe.WordShare ? Join(_words, random) : Cut(_running, random);
        Scale(clean, 0.09 * Math.Pow(10, ((random.NextDouble() * 28) - 20) / 20));
        var heard = clean.ToArray();
        if (random.NextDouble() < recipe.RoomShare) noises.Reverberate(heard, random);
        if (random.NextDouble() >= recipe.CleanShare)
        {
            var snr = recipe.LeastSnrDb + (random.NextDouble() * (recipe.HighestSnrDb - recipe.LeastSnrDb));
            noises.Mix(heard, Waveform.ActiveRms(heard), snr, random);
        }
        if (random.NextDouble() < recipe.TelephoneShare) TelephoneBand.Apply(heard, random);
        Limit(heard);
        if (random.NextDouble() < recipe.QuietShare) LevelDrop.Apply(heard, random.NextDouble() * recipe.QuietDb);
        return (clean, heard);
    }

    private static Clip[] Speech(Corpora corpora, PhoneRecipe recipe, bool words) =>
        [.. corpora.Of(Split.Train).Where(clip => clip.Role == ClipRole.Filler && recipe.Words.Contains(clip.Set) == words)];

    private float[] Cut(Clip[] clips, Random random)
    {
        var samples = corpora.Read(clips[random.Next(clips.Length)]);
        if (samples.Length < Length) return Join(clips, random, samples);
        var start = random.Next(samples.Length - Length + 1);
        return samples[start..(start + Length)];
    }

    private float[] Join(Clip[] clips, Random random, float[]? first = null)
    {
        var canvas = new float[Length];
        var next = first ?? corpora.Read(clips[random.Next(clips.Length)]);
        for (var at = random.Next(SampleRateHz / 2); at < Length;)
        {
            // Recordings of different people stand beside each other at one level.
            Scale(next, 0.09);
            Waveform.Add(canvas, next, at, 1);
            at += next.Length + random.Next(800, SampleRateHz / 2);
            next = corpora.Read(clips[random.Next(clips.Length)]);
        }
        return canvas;
    }

    private static void Scale(Span<float> samples, double level)
    {
        var rms = Waveform.ActiveRms(samples);
        if (rms <= 1e-5f) return;
        var gain = (float)(level / rms);
        foreach (ref var sample in samples) sample *= gain;
    }

    private static void Limit(Span<float> samples)
    {
        var peak = 0f;
        foreach (var sample in samples) peak = Math.Max(peak, Math.Abs(sample));
        if (peak <= 0.98f) return;
        foreach (ref var sample in samples) sample *= 0.98f / peak;
    }
}
