using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;

namespace AVServer.Lab.Scoring;

/// <summary>Recordings of one split as the evaluation hears them.</summary>
/// <param name="corpora">All recordings.</param>
/// <param name="split">The split.</param>
public sealed class EvaluationSet(Corpora corpora, Split split)
{
    private const int TailSamples = 7_680;
    private const int Seed = 7;
    private readonly Clip[] _noises =
        [.. corpora.Of(split).Where(clip => clip.Role == ClipRole.Noise && clip.Samples.End.Value - clip.Samples.Start.Value > 32_000)];

    /// <summary>Keyword recordings.</summary>
    public IReadOnlyList<Clip> Keywords { get; } = [.. corpora.Of(split).Where(clip => clip.Role == ClipRole.Keyword)];

    /// <summary>A keyword recording, with the silence behind it that the end of a file is given, in noise where wanted.</summary>
    /// <param name="index">Index in <see cref="Keywords"/>.</param>
    /// <param name="snrDb">Signal-to-noise ratio; absent: as recorded.</param>
    public float[] Keyword(int index, double? snrDb)
    {
        var clip = corpora.Read(Keywords[index]);
        if (snrDb is { } snr)
        {
            var random = new Random((Seed * 100_003) + index);
            var noise = corpora.Read(_noises[random.Next(_noises.Length)]);
            NoiseMixer.Mix(clip, noise, random.Next(noise.Length), snr);
            var peak = Math.Max(1, clip.Max(Math.Abs));
            for (var i = 0; i < clip.Length; i++) clip[i] /= peak;
        }
        Array.Resize(ref clip, clip.Length + TailSamples);
        return clip;
    }

    /// <summary>One stream of filler a corpus: all its recordings without the keyword, one after the other.</summary>
    public IEnumerable<(string Set, float[] Samples)> Filler() => corpora.Of(split)
        .Where(clip => clip.Role is ClipRole.Filler or ClipRole.Noise)
        .GroupBy(clip => clip.Set)
        .Select(group => (group.Key, Join([.. group])));

    private float[] Join(Clip[] clips)
    {
        var joined = new float[clips.Sum(clip => clip.Samples.End.Value - clip.Samples.Start.Value)];
        var at = 0;
        foreach (var clip in clips)
        {
            var samples = corpora.Read(clip);
            samples.CopyTo(joined, at);
            at += samples.Length;
        }
        return joined;
    }
}
