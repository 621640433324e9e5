using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Models.Flcma;
using static TorchSharp.torch;

namespace AVServer.Lab.Training;

/// <summary>The pictures of a recording that its windows can show, at a speed: up to <see cref="WindowPlan.LongestLag"/> after its last word.</summary>
/// <param name="Clip">The recording.</param>
/// <param name="Speed">1.1 is 10 % faster.</param>
/// <param name="First">First picture, counted at the speed; may lie before the recording's beginning.</param>
public sealed record LipStretch(AudioVisualClip Clip, double Speed, int First)
{
    /// <summary>Pictures of a stretch: a window and what windows that end earlier need before it.</summary>
    public const int Pictures = 72;

    private const int Side = LipWarp.Side;

    /// <summary>The stretch of a recording.</summary>
    public static LipStretch Of(AudioVisualClip clip, double speed)
    {
        var last = (int)Math.Ceiling(((clip.Words[^1].EndSeconds / speed) + WindowPlan.LongestLag) * LipRecording.Fps);
        return new LipStretch(clip, speed, last - Pictures + 1);
    }

    /// <summary>The place of a moment's picture among those of the stretch; what is beyond it holds its first or last.</summary>
    /// <param name="seconds">Of the recording.</param>
    public int IndexOf(double seconds) => Math.Clamp((int)Math.Floor(seconds / Speed * LipRecording.Fps) - First, 0, Pictures - 1);

    /// <summary>Renders stretches with the context that the lip encoder needs, [B, 1, <see cref="Pictures"/> + 4, 64, 64].</summary>
    public static Tensor Render(AudioVisualSet set, IReadOnlyList<LipStretch> stretches, LipRenderer renderer, int seed)
    {
        const int count = Pictures + (2 * LipEncoder.Context), size = count * Side * Side;
        var values = new float[stretches.Count * size];
        Parallel.For(0, stretches.Count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            var (clip, speed, first) = stretches[i];
            renderer.Render(set[clip], first - LipEncoder.Context, speed, new Random(unchecked(seed + i)), values.AsSpan(i * size, size));
        });
        return tensor(values, [stretches.Count, 1, count, Side, Side]);
    }
}
