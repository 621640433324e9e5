using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>A value of up to four channels.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct Scalar(double Val0, double Val1, double Val2, double Val3)
{
    /// <summary>The first channel, the others 0.</summary>
    public Scalar(double v0)
        : this(v0, 0, 0, 0)
    {
    }

    /// <summary>Three channels, the fourth 0.</summary>
    public Scalar(double v0, double v1, double v2)
        : this(v0, v1, v2, 0)
    {
    }

    /// <summary>Channel by number, 0 to 3.</summary>
    public readonly double this[int i] => i switch
    {
        0 => Val0,
        1 => Val1,
        2 => Val2,
        3 => Val3,
        _ => throw new ArgumentOutOfRangeException(nameof(i), i, "Expected a channel from 0 to 3."),
    };

    public static implicit operator Scalar(double val) => new(val);

    /// <summary>The same value in all four channels.</summary>
    public static Scalar All(double v) => new(v, v, v, v);
}
