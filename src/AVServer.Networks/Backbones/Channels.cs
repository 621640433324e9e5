namespace AVServer.Networks.Backbones;

/// <summary>Channels of a network that is made wider or narrower.</summary>
internal static class Channels
{
    /// <summary>The multiple of 8 that is nearest, at least 8 and nine tenths of what was asked for (MobileNetV2's rounding).</summary>
    internal static long Scaled(double channels, double multiplier)
    {
        var wanted = channels * multiplier;
        var rounded = Math.Max(8, (long)(wanted + 4) / 8 * 8);
        return rounded < 0.9 * wanted ? rounded + 8 : rounded;
    }
}
