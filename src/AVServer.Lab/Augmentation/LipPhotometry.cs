namespace AVServer.Lab.Augmentation;

/// <summary>Light and camera of a recording: the same change of brightness for all its pictures.</summary>
public sealed class LipPhotometry
{
    private const int Side = LipWarp.Side;
    private const int TextureWaves = 3;
    private const double MostCycles = 3;   // in a picture: blotches of a mouth's size and smaller
    private readonly float[]? _curve;
    private readonly float[] _shade = new float[Side * Side];
    private readonly bool _blur;
    private readonly float _noise;
    private readonly (int Left, int Top, int Right, int Bottom)? _covered;

    private LipPhotometry(float[]? curve, bool blur, float noise, (int Left, int Top, int Right, int Bottom)? covered)
    {
        (_curve, _blur, _noise, _covered) = (curve, blur, noise, covered);
        Array.Fill(_shade, 1);
    }

    /// <summary>As recorded.</summary>
    public static LipPhotometry None { get; } = new(null, blur: false, noise: 0, covered: null);

    /// <summary>Draws one.</summary>
    /// <param name="recipe">Ranges.</param>
    /// <param name="pixels">Pixels of the recording, 0 to 255: what an equalised histogram is made of.</param>
    /// <param name="random">Its chances.</param>
    public static LipPhotometry Draw(LipAugmentRecipe recipe, ReadOnlySpan<byte> pixels, Random random)
    {
        double Around(double spread) => spread * ((2 * random.NextDouble()) - 1);
        var equalise = random.NextDouble() < recipe.EqualiseShare;
        var gamma = Math.Pow(1 + recipe.GammaSpread, Around(1));
        var (contrast, brightness) = (1 + Around(recipe.ContrastSpread), Around(recipe.BrightnessSpread));
        var curve = equalise ? Equalised(pixels) : [.. Enumerable.Range(0, 256).Select(i => i / 255f)];
        for (var i = 0; i < curve.Length; i++) curve[i] = (float)(((Math.Pow(curve[i], gamma) - 0.5) * contrast) + 0.5 + brightness);
        var light = new LipPhotometry(
            curve, random.NextDouble() < recipe.BlurShare, (float)(random.NextDouble() * recipe.MaxNoise),
            random.NextDouble() < recipe.EraseShare ? Rectangle(random) : null);
        var (slopeX, slopeY) = (Around(recipe.ShadeSpread) / Side, Around(recipe.ShadeSpread) / Side);
        for (var i = 0; i < light._shade.Length; i++)
            light._shade[i] = (float)(1 + (slopeX * ((i % Side) - (Side / 2))) + (slopeY * ((i / Side) - (Side / 2))));
        for (var wave = 0; wave < TextureWaves; wave++) light.AddWave(recipe.TextureSpread * random.NextDouble(), random);
        return light;
    }

    /// <summary>Changes a picture in place, from 0–255 to 0–1.</summary>
    /// <param name="picture">[64, 64].</param>
    /// <param name="random">The sensor's noise.</param>
    public void Apply(Span<float> picture, Random random)
    {
        if (_blur) Blur(picture);
        for (var i = 0; i < picture.Length; i++)
        {
            var value = _curve is null ? picture[i] / 255 : Curve(picture[i]) * _shade[i];
            if (_noise > 0) value += _noise * 1.7f * ((random.NextSingle() * 2) - 1);
            picture[i] = Math.Clamp(value, 0, 1);
        }
        if (_covered is not { } covered) return;
        for (var y = covered.Top; y < covered.Bottom; y++)
            picture.Slice((y * Side) + covered.Left, covered.Right - covered.Left).Fill(0.5f);
    }

    private void AddWave(double depth, Random random)
    {
        var (direction, phase) = (random.NextDouble() * Math.Tau, random.NextDouble() * Math.Tau);
        var cycles = 0.5 + (MostCycles * random.NextDouble());
        var (sin, cos) = Math.SinCos(direction);
        for (var i = 0; i < _shade.Length; i++)
            _shade[i] *= (float)(1 + (depth * Math.Cos((((i % Side * cos) + (i / Side * sin)) * cycles * Math.Tau / Side) + phase)));
    }

    private float Curve(float value)
    {
        var left = Math.Clamp((int)value, 0, 254);
        return _curve![left] + ((value - left) * (_curve[left + 1] - _curve[left]));
    }

    private static float[] Equalised(ReadOnlySpan<byte> pixels)
    {
        var counts = new long[256];
        foreach (var pixel in pixels) counts[pixel]++;
        var curve = new float[256];
        var below = 0L;
        for (var i = 0; i < 256; i++) curve[i] = (float)((below += counts[i]) / (double)pixels.Length);
        return curve;
    }

    private static (int Left, int Top, int Right, int Bottom) Rectangle(Random random)
    {
        var (width, height) = (random.Next(8, 24), random.Next(8, 24));
        var (left, top) = (random.Next(Side - width), random.Next(Side - height));
        return (left, top, left + width, top + height);
    }

    /// <summary>Mean of a pixel and its right and lower neighbours, twice: about a Gaussian of one pixel.</summary>
    private static void Blur(Span<float> picture)
    {
        for (var pass = 0; pass < 2; pass++)
        {
            for (var i = 0; i < picture.Length - Side - 1; i++)
                picture[i] = 0.25f * (picture[i] + picture[i + 1] + picture[i + Side] + picture[i + Side + 1]);
        }
    }
}
