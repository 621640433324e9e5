using AVServer.Lab.Data;

namespace AVServer.Lab.Augmentation;

/// <summary>
/// Where each pixel of a model's lip picture comes from in a recording's picture with margin; one for all pictures of a recording.
/// </summary>
public sealed class LipWarp
{
    /// <summary>Side of a picture as the model takes it.</summary>
    public const int Side = 64;

    private const int Last = LipRecording.Side - 2;
    private readonly (float X, float Y)[] _from = new (float, float)[Side * Side];

    private LipWarp()
    {
    }

    /// <summary>The lip ROI as it was cut: the middle, unchanged.</summary>
    public static LipWarp None { get; } = Of((x, y) => (x, y));

    /// <summary>Draws one.</summary>
    public static LipWarp Draw(LipAugmentRecipe recipe, Random random)
    {
        double Around(double spread) => spread * ((2 * random.NextDouble()) - 1);
        var angle = Around(recipe.MaxRotationDegrees) * Math.PI / 180;
        var scale = recipe.MinScale + (random.NextDouble() * (recipe.MaxScale - recipe.MinScale));
        var (stretch, shear) = (Math.Sqrt(1 + Around(recipe.StretchSpread)), Around(recipe.MaxShear));
        var (dx, dy) = (Around(recipe.MaxShift), Around(recipe.MaxShift));
        var (bendX, bendY) = (Around(recipe.MaxBend), Around(recipe.MaxBend));
        var (phaseX, phaseY) = (random.NextDouble() * Math.Tau, random.NextDouble() * Math.Tau);
        var (waveX, waveY) = ((0.5 + random.NextDouble()) * Math.PI / Side, (0.5 + random.NextDouble()) * Math.PI / Side);
        var mirror = random.NextDouble() < recipe.FlipShare ? -1 : 1;
        var (sin, cos) = Math.SinCos(angle);
        return Of((x, y) =>
        {
            var (u, v) = (mirror * scale / stretch * (x + (shear * y)), scale * stretch * y);
            var bent = (X: u + (bendX * Math.Sin((v * waveX) + phaseX)), Y: v + (bendY * Math.Sin((u * waveY) + phaseY)));
            return ((cos * bent.X) - (sin * bent.Y) + dx, (sin * bent.X) + (cos * bent.Y) + dy);
        });
    }

    /// <summary>Renders a picture.</summary>
    /// <param name="source">[<see cref="LipRecording.Side"/>, <see cref="LipRecording.Side"/>].</param>
    /// <param name="shiftX">Added to the place in the source, pixels.</param>
    /// <param name="shiftY">The same downwards.</param>
    /// <param name="target">Receives [<see cref="Side"/>, <see cref="Side"/>]; bilinear, edges repeated.</param>
    public void Apply(ReadOnlySpan<float> source, int shiftX, int shiftY, Span<float> target)
    {
        for (var i = 0; i < _from.Length; i++)
        {
            var x = Math.Clamp(_from[i].X + shiftX, 0, Last + 0.999f);
            var y = Math.Clamp(_from[i].Y + shiftY, 0, Last + 0.999f);
            var (left, top) = ((int)x, (int)y);
            var (right, down) = (x - left, y - top);
            var at = (top * LipRecording.Side) + left;
            var upper = source[at] + (right * (source[at + 1] - source[at]));
            var lower = source[at + LipRecording.Side] + (right * (source[at + LipRecording.Side + 1] - source[at + LipRecording.Side]));
            target[i] = upper + (down * (lower - upper));
        }
    }

    private static LipWarp Of(Func<double, double, (double X, double Y)> place)
    {
        var warp = new LipWarp();
        const double middle = (Side - 1) / 2.0, centre = (LipRecording.Side - 1) / 2.0;
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var (u, v) = place(x - middle, y - middle);
                warp._from[(y * Side) + x] = ((float)(centre + u), (float)(centre + v));
            }
        }
        return warp;
    }
}
