namespace OpenCvSharp;

/// <summary>How an encoded picture is decoded; values are OpenCV's <c>ImreadModes</c>.</summary>
[Flags]
public enum ImreadModes
{
    /// <summary>As it is, alpha included.</summary>
    Unchanged = -1,

    /// <summary>One channel.</summary>
    Grayscale = 0,

    /// <summary>Three channels, BGR.</summary>
    Color = 1,

    /// <summary>16 or 32 bits where the picture has them.</summary>
    AnyDepth = 2,

    /// <summary>Any colour format.</summary>
    AnyColor = 4,

    /// <summary>One channel, half the size in each direction.</summary>
    ReducedGrayscale2 = 16,

    /// <summary>BGR, half the size in each direction.</summary>
    ReducedColor2 = 17,

    /// <summary>One channel, a quarter of the size in each direction.</summary>
    ReducedGrayscale4 = 32,

    /// <summary>BGR, a quarter of the size in each direction.</summary>
    ReducedColor4 = 33,

    /// <summary>Don't turn the picture by its EXIF orientation.</summary>
    IgnoreOrientation = 128,
}
