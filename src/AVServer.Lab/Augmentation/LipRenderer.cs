using AVServer.Lab.Data;

namespace AVServer.Lab.Augmentation;

/// <summary>Makes the pictures that a model sees of a recording: another speed, face, camera and light, or none of them.</summary>
/// <param name="recipe">How much may change; null: nothing changes.</param>
public sealed class LipRenderer(LipAugmentRecipe? recipe)
{
    private const int Pixels = LipWarp.Side * LipWarp.Side;

    /// <summary>Renders a stretch of a recording.</summary>
    /// <param name="recording">Its lips.</param>
    /// <param name="first">First picture of the stretch, counted at <paramref name="speed"/>; what lies beyond the recording repeats its
    /// first or last picture.</param>
    /// <param name="speed">1.1 is 10 % faster; between pictures is blended.</param>
    /// <param name="random">Its chances.</param>
    /// <param name="target">Receives [pictures, 64, 64] in [0, 1].</param>
    public void Render(LipRecording recording, int first, double speed, Random random, Span<float> target)
    {
        var warp = recipe is null ? LipWarp.None : LipWarp.Draw(recipe, random);
        var light = recipe is null ? LipPhotometry.None : LipPhotometry.Draw(recipe, recording.Picture(recording.Pictures / 2), random);
        var trembles = recipe is not null && random.NextDouble() < recipe.TrembleShare;
        var motion = recipe is null ? 1 : (float)Math.Pow(1 + recipe.MotionSpread, (2 * random.NextDouble()) - 1);
        var rest = motion == 1 ? null : MeanOf(recording);
        Span<float> blended = new float[LipRecording.PictureBytes];
        for (var i = 0; i < target.Length / Pixels; i++)
        {
            var at = (first + i) * speed;
            Blend(
                recording.Picture((int)Math.Floor(at)), recording.Picture((int)Math.Floor(at) + 1), (float)(at - Math.Floor(at)), blended);
            for (var p = 0; rest is not null && p < rest.Length; p++)
                blended[p] = Math.Clamp(rest[p] + (motion * (blended[p] - rest[p])), 0, 255);
            var picture = target.Slice(i * Pixels, Pixels);
            warp.Apply(blended, trembles ? random.Next(-1, 2) : 0, trembles ? random.Next(-1, 2) : 0, picture);
            light.Apply(picture, random);
        }
    }

    /// <summary>The mean of a recording's pictures, of which one in four tells enough.</summary>
    private static float[] MeanOf(LipRecording recording)
    {
        const int stride = 4;
        var mean = new float[LipRecording.PictureBytes];
        var count = (recording.Pictures + stride - 1) / stride;
        for (var i = 0; i < recording.Pictures; i += stride)
        {
            var picture = recording.Picture(i);
            for (var p = 0; p < mean.Length; p++) mean[p] += picture[p] / (float)count;
        }
        return mean;
    }

    private static void Blend(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, float share, Span<float> target)
    {
        for (var i = 0; i < target.Length; i++) target[i] = one[i] + (share * (other[i] - one[i]));
    }
}
