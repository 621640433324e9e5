using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>An upright box in a picture; pixels from the picture's upper left corner, so the first pixel's centre is at 0.5.</summary>
public readonly record struct FaceBox(float X, float Y, float Width, float Height)
{
    /// <summary>The middle.</summary>
    public Point2f Centre => new(X + (Width / 2), Y + (Height / 2));

    /// <summary>The smallest box around points.</summary>
    public static FaceBox Around(ReadOnlySpan<Point3f> points)
    {
        float left = float.MaxValue, top = float.MaxValue, right = float.MinValue, bottom = float.MinValue;
        foreach (var point in points)
        {
            left = Math.Min(left, point.X);
            right = Math.Max(right, point.X);
            top = Math.Min(top, point.Y);
            bottom = Math.Max(bottom, point.Y);
        }
        return new FaceBox(left, top, right - left, bottom - top);
    }

    /// <summary>Shared area ÷ area of both, 0 to 1.</summary>
    public float IntersectionOverUnion(in FaceBox other)
    {
        var width = Math.Min(X + Width, other.X + other.Width) - Math.Max(X, other.X);
        var height = Math.Min(Y + Height, other.Y + other.Height) - Math.Max(Y, other.Y);
        if (width <= 0 || height <= 0) return 0;
        var shared = width * height;
        return shared / ((Width * Height) + (other.Width * other.Height) - shared);
    }

    /// <summary>Whether two boxes are of the same face: their middles lie closer than half of the smaller width.</summary>
    public bool IsSameFaceAs(in FaceBox other) =>
        Point2f.Distance(Centre, other.Centre) < Math.Min(Width, other.Width) / 2;
}
