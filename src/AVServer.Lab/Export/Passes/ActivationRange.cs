namespace AVServer.Lab.Export.Passes;

/// <summary>How a value's numbers become whole ones from 0 to 255: divided by a scale, moved by what stands for zero.</summary>
/// <param name="Scale">Real numbers from one whole number to the next.</param>
/// <param name="Zero">The whole number of zero.</param>
internal readonly record struct ActivationRange(float Scale, byte Zero)
{
    private const int Levels = byte.MaxValue;
    private const int Steps = 30;

    /// <summary>The range whose mean squared error is least: what lies far out is cut where that makes the rest finer.</summary>
    /// <param name="values">Numbers that were watched, not empty.</param>
    public static ActivationRange Of(ReadOnlySpan<float> values)
    {
        var (least, most) = (0f, 0f);
        foreach (var value in values) (least, most) = (Math.Min(least, value), Math.Max(most, value));
        // One end after the other: they lie at different distances, and so does what is cut.
        var (best, lowest, upper) = (default(ActivationRange), double.PositiveInfinity, most);
        for (var step = Steps; step > 0; step--)
            if (Try(values, least, most * step / Steps, ref best, ref lowest)) upper = most * step / Steps;
        for (var step = Steps - 1; step > 0; step--) Try(values, least * step / Steps, upper, ref best, ref lowest);
        return best;
    }

    /// <summary>Sum of the squares by which numbers differ from what stands for them.</summary>
    public double Error(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            var whole = Math.Clamp(MathF.Round(value / Scale) + Zero, 0, Levels);
            var difference = value - ((whole - Zero) * Scale);
            sum += difference * difference;
        }
        return sum;
    }

    private static bool Try(ReadOnlySpan<float> values, float least, float most, ref ActivationRange best, ref double lowest)
    {
        var scale = Math.Max((most - least) / Levels, 1e-9f);
        var range = new ActivationRange(scale, (byte)Math.Clamp(MathF.Round(-least / scale), 0, Levels));
        var error = range.Error(values);
        if (error >= lowest) return false;
        (best, lowest) = (range, error);
        return true;
    }
}
