namespace OpenCvSharp;

/// <summary>How values between pixels are found; values are OpenCV's.</summary>
[Flags]
public enum InterpolationFlags
{
    Nearest = 0,
    Linear = 1,
    Cubic = 2,

    /// <summary>Mean over the source area: what shrinking without aliasing needs. Not for warps.</summary>
    Area = 3,
    Lanczos4 = 4,

    /// <summary>The matrix maps destination to source.</summary>
    WarpInverseMap = 16,
}
