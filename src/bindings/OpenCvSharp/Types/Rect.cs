using System.Runtime.InteropServices;

namespace OpenCvSharp;

/// <summary>A box of whole pixels.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct Rect(int X, int Y, int Width, int Height)
{
    /// <summary>One past the last column.</summary>
    public readonly int Right => X + Width;

    /// <summary>One past the last row.</summary>
    public readonly int Bottom => Y + Height;

    /// <summary>The part that two boxes share; empty where they share none.</summary>
    public readonly Rect Intersect(Rect rect)
    {
        var (left, top) = (Math.Max(X, rect.X), Math.Max(Y, rect.Y));
        var (right, bottom) = (Math.Min(Right, rect.Right), Math.Min(Bottom, rect.Bottom));
        return right > left && bottom > top ? new Rect(left, top, right - left, bottom - top) : default;
    }
}
