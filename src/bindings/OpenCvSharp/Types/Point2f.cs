using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>A place between pixels; (0, 0) is the centre of the first one.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct Point2f(float X, float Y)
{
    /// <summary>Distance of two points.</summary>
    public static double Distance(Point2f p1, Point2f p2) => double.Hypot(p1.X - p2.X, p1.Y - p2.Y);

    /// <summary>Distance to another point.</summary>
    public readonly double DistanceTo(Point2f p) => Distance(this, p);
}
