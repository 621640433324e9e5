using AVServer.Vision;

namespace AVServer.Lab.Lips;

/// <summary>Makes of one window of a mouth another talker's: the same change for all its pictures, and a tremble in each.</summary>
internal sealed class MouthChange
{
    private const double Tremble = 0.1;
    private readonly Random _random;
    private readonly float[] _scale;
    private readonly bool _mirrored;
    private readonly float _lively;
    private readonly float _contrast;
    private readonly float[] _axes = new float[3];
    private readonly float _cosine;
    private readonly float _sine;
    private readonly float[] _offsets;

    /// <param name="random">Which change.</param>
    /// <param name="scale">1 ÷ deviation of each value.</param>
    public MouthChange(Random random, float[] scale)
    {
        (_random, _scale) = (random, scale);
        _mirrored = random.NextDouble() < 0.5;
        _lively = (float)Math.Exp(Around(0.25));
        _contrast = (float)Math.Exp(Around(0.3));
        for (var axis = 0; axis < 3; axis++) _axes[axis] = (float)Math.Exp(Around(0.1)) * _lively;
        var angle = Around(0.15);
        (_cosine, _sine) = ((float)Math.Cos(angle), (float)Math.Sin(angle));
        // The mean that is known of a talker is off by as much: of all points together, and of each value.
        _offsets = new float[MouthFeatures.Values];
        float[] all = [Normal() * 0.2f, Normal() * 0.2f, Normal() * 0.2f];
        for (var i = 0; i < _offsets.Length; i++)
            _offsets[i] = i < MouthFeatures.PointValues ? all[i % 3] + (Normal() * 0.1f) : Normal() * 0.2f;
    }

    /// <summary>Changes a picture's values in place.</summary>
    public void Apply(Span<float> values)
    {
        if (_mirrored) Mirror(values);
        for (var point = 0; point < MouthFeatures.PointValues; point += 3)
        {
            var (x, y, z) = (values[point] * _axes[0], values[point + 1] * _axes[1], values[point + 2] * _axes[2]);
            (values[point], values[point + 1], values[point + 2]) = ((_cosine * x) - (_sine * y), (_sine * x) + (_cosine * y), z);
        }
        for (var i = MouthFeatures.PointValues; i < values.Length; i++) values[i] *= _contrast;
        for (var i = 0; i < values.Length; i++) values[i] += (_offsets[i] + (float)(Tremble * Normal())) / _scale[i];
    }

    private static void Mirror(Span<float> values)
    {
        Span<float> points = stackalloc float[MouthFeatures.PointValues];
        values[..MouthFeatures.PointValues].CopyTo(points);
        for (var point = 0; point < MouthPoints.Count; point++)
        {
            var other = points.Slice(MouthPoints.Mirrored[point] * 3, 3);
            (values[point * 3], values[(point * 3) + 1], values[(point * 3) + 2]) = (-other[0], other[1], other[2]);
        }
        for (var term = 0; term < MouthTexture.Terms; term++)
            if (MouthTexture.IsOdd[term]) values[MouthFeatures.PointValues + term] *= -1;
    }

    private double Around(double spread) => spread * ((2 * _random.NextDouble()) - 1);

    // Box and Muller's.
    private float Normal() =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble()));
}
