using AVServer.Detection;
using AVServer.Networks.Lips;
using AVServer.Vision;
using static TorchSharp.torch;

namespace AVServer.Lab.Lips;

/// <summary>What a network that the talker didn't teach reads off a recording.</summary>
/// <param name="clip">The recording.</param>
/// <param name="logits">[pictures, labels].</param>
/// <param name="gains">Makes gains of them.</param>
internal sealed class LipReading(LipClip clip, float[] logits, LipGains gains)
{
    private readonly float[] _gains = GainsOf(logits, gains);

    /// <summary>The recording.</summary>
    public LipClip Clip => clip;

    /// <summary>Reads recordings of one talker.</summary>
    /// <param name="model">In evaluation mode.</param>
    /// <param name="gains">Makes gains of its logits.</param>
    /// <param name="clips">The recordings.</param>
    /// <param name="before">Other recordings of the talker that were seen before each; 0: nothing is known of him.</param>
    public static IReadOnlyList<LipReading> Of(LipPhoneNet model, LipGains gains, IReadOnlyList<LipClip> clips, int before) =>
        [.. clips.Select((clip, i) =>
        {
            using var scope = NewDisposeScope();
            using var mode = no_grad();
            var known = clips.Where((_, other) => other != i).Skip(i % Math.Max(1, clips.Count - before)).Take(before);
            var values = tensor(clip.Normalised(known), [1, clip.Face.Pictures, MouthFeatures.Values]);
            return new LipReading(clip, model.forward(values).contiguous().data<float>().ToArray(), gains);
        })];

    /// <summary>Logits of a picture.</summary>
    public ReadOnlySpan<float> Logits(int picture) => logits.AsSpan(picture * gains.Count, gains.Count);

    /// <summary>Gain of a label in a picture.</summary>
    public float Gain(int picture, int label) => _gains[(picture * gains.Count) + label];

    private static float[] GainsOf(float[] logits, LipGains gains)
    {
        var values = new float[logits.Length];
        for (var at = 0; at < values.Length; at += gains.Count)
            gains.Compute(logits.AsSpan(at, gains.Count), values.AsSpan(at, gains.Count));
        return values;
    }
}
