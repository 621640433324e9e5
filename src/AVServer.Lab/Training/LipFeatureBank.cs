using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Networks.Flcma;
using static TorchSharp.torch;

namespace AVServer.Lab.Training;

/// <summary>
/// Lip features and measures of every recording of a set in several renderings, made once: what the joint training reads instead of
/// pictures.
/// </summary>
public sealed class LipFeatureBank
{
    private const int BatchStretches = 8;
    private readonly Dictionary<AudioVisualClip, (LipSegment Stretch, float[] Values)[]> _renderings;
    private readonly int _dim;

    /// <param name="set">Recordings.</param>
    /// <param name="encoder">In evaluation mode.</param>
    /// <param name="renderer">Changes the pictures.</param>
    /// <param name="renderings">Renderings of each recording.</param>
    /// <param name="speedSpread">Speed is drawn from 1 ± this.</param>
    /// <param name="seed">Seed of all renderings.</param>
    public LipFeatureBank(AudioVisualSet set, LipEncoder encoder, LipRenderer renderer, int renderings, double speedSpread, int seed)
    {
        _dim = encoder.Config.LipValues;
        var random = new Random(seed);
        var stretches = set.Clips.SelectMany(
            clip => Enumerable.Range(0, renderings)
                .Select(_ => LipSegment.FromEnd(clip, 1 + (speedSpread * ((2 * random.NextDouble()) - 1))))).ToArray();
        _renderings = stretches.Chunk(BatchStretches)
            .SelectMany((chunk, i) => Encode(set, encoder, renderer, chunk, unchecked(seed + (i * 100))))
            .GroupBy(rendering => rendering.Stretch.Clip).ToDictionary(group => group.Key, group => group.ToArray());
    }

    /// <summary>Draws a rendering of a recording.</summary>
    public int Draw(AudioVisualClip clip, Random random) => random.Next(_renderings[clip].Length);

    /// <summary>The speed of a rendering.</summary>
    public double Speed(AudioVisualClip clip, int rendering) => _renderings[clip][rendering].Stretch.Speed;

    /// <summary>Lip features and measures of a window.</summary>
    /// <param name="window">The window.</param>
    /// <param name="rendering">Rendering of its recording.</param>
    /// <param name="beforeRendering">Rendering of the recording before it.</param>
    /// <param name="shift">Pictures by which the lips are late.</param>
    /// <param name="target">Receives [64, V + M].</param>
    public void Read(in AudioVisualWindow window, int rendering, int beforeRendering, int shift, Span<float> target)
    {
        var own = _renderings[window.Clip][rendering];
        var before = window.Before is { } other ? _renderings[other][beforeRendering] : own;
        for (var i = 0; i < AudioVisualWindow.Pictures; i++)
        {
            var moment = window.Picture(i - shift, own.Stretch.Speed, before.Stretch.Speed);
            var (stretch, values) = moment.IsBefore ? before : own;
            values.AsSpan(stretch.IndexOf(moment.Seconds) * _dim, _dim).CopyTo(target[(i * _dim)..]);
        }
    }

    private static (LipSegment Stretch, float[] Values)[] Encode(
        AudioVisualSet set, LipEncoder encoder, LipRenderer renderer, LipSegment[] chunk, int seed)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var values = encoder.call(LipSegment.Render(set, chunk, renderer, seed)).contiguous().data<float>().ToArray();
        var size = values.Length / chunk.Length;
        return [.. chunk.Select((stretch, i) => (stretch, stretch.Join(set, values.AsSpan(i * size, size))))];
    }
}
