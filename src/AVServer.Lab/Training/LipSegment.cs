using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Networks.Flcma;
using AVServer.Vision;
using static TorchSharp.torch;

namespace AVServer.Lab.Training;

/// <summary>
/// The pictures of a recording that its windows can show, at a speed: up to <see cref="WindowPlan.MaxLag"/> after its last word.
/// </summary>
/// <param name="Clip">The recording.</param>
/// <param name="Speed">1.1 is 10 % faster.</param>
/// <param name="First">First picture, counted at the speed; may lie before the recording's beginning.</param>
/// <param name="Count">Number of pictures.</param>
public sealed record LipSegment(AudioVisualClip Clip, double Speed, int First, int Count)
{
    /// <summary>
    /// Pictures of a stretch in training: a window and a little before it, which windows that end earlier hold beyond that.
    /// </summary>
    public const int Pictures = 72;

    private const int Side = LipWarp.Side;

    /// <summary>The end of a recording, as training sees it.</summary>
    public static LipSegment FromEnd(AudioVisualClip clip, double speed) => new(clip, speed, Last(clip, speed) - Pictures + 1, Pictures);

    /// <summary>All of a recording, as it was recorded, and a second more.</summary>
    public static LipSegment Whole(AudioVisualClip clip) => new(clip, 1, 0, Last(clip, 1) + 1 + LipRecording.Fps);

    /// <summary>The place of a moment's picture among those of the stretch; what is beyond it holds its first or last.</summary>
    /// <param name="seconds">Of the recording.</param>
    public int IndexOf(double seconds) => Math.Clamp((int)Math.Floor(seconds / Speed * LipRecording.Fps) - First, 0, Count - 1);

    /// <summary>
    /// Renders stretches of the same length with the context that the lip encoder needs, [B, 1, <see cref="Count"/> + 4, 64, 64].
    /// </summary>
    public static Tensor Render(AudioVisualSet set, IReadOnlyList<LipSegment> stretches, LipRenderer renderer, int seed)
    {
        var count = stretches[0].Count + (2 * LipEncoder.Context);
        var size = count * Side * Side;
        var values = new float[stretches.Count * size];
        Parallel.For(0, stretches.Count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            var (clip, speed, first, _) = stretches[i];
            renderer.Render(set[clip], first - LipEncoder.Context, speed, new Random(unchecked(seed + i)), values.AsSpan(i * size, size));
        });
        return tensor(values, [stretches.Count, 1, count, Side, Side]);
    }

    /// <summary>
    /// The mouth's measures in the pictures of the stretch, [<see cref="Count"/>, M]; between pictures is blended, what is beyond the
    /// recording holds its first or last.
    /// </summary>
    public float[] Measures(AudioVisualSet set)
    {
        var recording = set[Clip];
        var measures = new float[Count * LipShape.Measures];
        ReadOnlySpan<float> Of(int picture) =>
            recording.Shapes.AsSpan(Math.Clamp(picture, 0, recording.Pictures - 1) * LipShape.Measures, LipShape.Measures);
        for (var i = 0; i < Count; i++)
        {
            var at = (First + i) * Speed;
            var before = Of((int)Math.Floor(at));
            var after = Of((int)Math.Floor(at) + 1);
            var share = (float)(at - Math.Floor(at));
            for (var m = 0; m < LipShape.Measures; m++)
                measures[(i * LipShape.Measures) + m] = before[m] + (share * (after[m] - before[m]));
        }
        return measures;
    }

    /// <summary>Lip features and measures of the pictures of the stretch beside each other, [<see cref="Count"/>, V + M].</summary>
    /// <param name="set">Has the recording.</param>
    /// <param name="features">[<see cref="Count"/>, V].</param>
    public float[] Join(AudioVisualSet set, ReadOnlySpan<float> features)
    {
        var (width, measures) = (features.Length / Count, Measures(set));
        var values = new float[features.Length + measures.Length];
        for (var i = 0; i < Count; i++)
        {
            var row = values.AsSpan(i * (width + LipShape.Measures), width + LipShape.Measures);
            features.Slice(i * width, width).CopyTo(row);
            measures.AsSpan(i * LipShape.Measures, LipShape.Measures).CopyTo(row[width..]);
        }
        return values;
    }

    private static int Last(AudioVisualClip clip, double speed) =>
        (int)Math.Ceiling(((clip.Words[^1].EndSeconds / speed) + WindowPlan.MaxLag) * LipRecording.Fps);
}
