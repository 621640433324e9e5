namespace OpenCvSharp;

/// <summary>Type of a pixel: depth and channels, as OpenCV packs them.</summary>
public readonly record struct MatType(int Value)
{
    public const int CV_8U = 0;
    public const int CV_8S = 1;
    public const int CV_16U = 2;
    public const int CV_16S = 3;
    public const int CV_32S = 4;
    public const int CV_32F = 5;
    public const int CV_64F = 6;

    public static readonly MatType CV_8UC1 = CV_8UC(1);
    public static readonly MatType CV_8UC3 = CV_8UC(3);
    public static readonly MatType CV_8UC4 = CV_8UC(4);
    public static readonly MatType CV_32FC1 = CV_32FC(1);
    public static readonly MatType CV_32FC3 = CV_32FC(3);
    public static readonly MatType CV_64FC1 = CV_64FC(1);
    public static readonly MatType CV_64FC3 = CV_64FC(3);

    /// <summary>Depth alone, one of <see cref="CV_8U"/> … <see cref="CV_64F"/>.</summary>
    public int Depth => Value & 7;

    /// <summary>Channels, from 1.</summary>
    public int Channels => (Value >> 3) + 1;

    /// <summary>Bytes of one pixel, all channels.</summary>
    public int ElemSize => Channels * Depth switch
    {
        CV_8U or CV_8S => 1,
        CV_16U or CV_16S => 2,
        CV_32S or CV_32F => 4,
        CV_64F => 8,
        _ => throw new NotSupportedException($"Expected a depth from {CV_8U} to {CV_64F}, got {Depth}."),
    };

    public static implicit operator MatType(int value) => new(value);

    public static implicit operator int(MatType self) => self.Value;

    public static MatType CV_8UC(int ch) => MakeType(CV_8U, ch);

    public static MatType CV_32FC(int ch) => MakeType(CV_32F, ch);

    public static MatType CV_64FC(int ch) => MakeType(CV_64F, ch);

    /// <summary>Packs a depth and 1 to 512 channels.</summary>
    public static MatType MakeType(int depth, int channels)
    {
        if (channels is < 1 or > 512) throw new ArgumentOutOfRangeException(nameof(channels), channels, "Expected 1 to 512 channels.");
        if (depth is < 0 or > 6) throw new ArgumentOutOfRangeException(nameof(depth), depth, $"Expected a depth from {CV_8U} to {CV_64F}.");
        return new MatType(depth | ((channels - 1) << 3));
    }
}
