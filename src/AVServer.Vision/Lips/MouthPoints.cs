using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>
/// The points around the mouth, set upon a mean face: turn, size and place of the head are taken out by the points that speaking doesn't
/// move.
/// </summary>
/// <remarks>
/// The rotation, scale and shift that bring the 21 rigid points nearest to the mean face's, in the sense of least squares (Horn,
/// "Closed-form solution of absolute orientation using unit quaternions", 1987). Distances are those of the outer corners of the mean
/// face's eyes.
/// </remarks>
public static class MouthPoints
{
    /// <summary>Number of points.</summary>
    public const int Count = 50;

    // Corners of the eyes, bridge, back and tip of the nose, forehead, temples, cheeks.
    private static readonly int[] Rigid =
        [33, 263, 133, 362, 168, 6, 197, 195, 5, 4, 10, 151, 9, 127, 356, 234, 454, 93, 323, 50, 280];

    // The median of the rigid points over each of six talkers of GRID, their mean, made symmetrical.
    private static readonly float[] MeanFace =
    [
        -0.5f, -0.0937f, -0.0087f, 0.5f, -0.0937f, -0.0087f, -0.1947f, -0.0829f, -0.0669f, 0.1947f, -0.0829f, -0.0669f,
        0, -0.1644f, -0.2489f, 0, -0.0799f, -0.3025f, 0, 0.0002f, -0.3634f, 0, 0.0748f, -0.4283f, 0, 0.1555f, -0.4963f,
        0, 0.2576f, -0.53f, 0, -0.7396f, -0.161f, 0, -0.5523f, -0.2146f, 0, -0.3496f, -0.2602f,
        -0.7688f, 0.0165f, 0.5347f, 0.7688f, 0.0165f, 0.5347f, -0.7587f, 0.1924f, 0.5755f, 0.7587f, 0.1924f, 0.5755f,
        -0.7466f, 0.3657f, 0.5708f, 0.7466f, 0.3657f, 0.5708f, -0.5269f, 0.3008f, -0.1029f, 0.5269f, 0.3008f, -0.1029f,
    ];

    // Outer and inner edges of the lips, chin, nose's base, and what lies beside the mouth.
    private static readonly int[] Mouth =
    [
        61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409,
        78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415,
        152, 18, 200, 199, 2, 164, 57, 287, 43, 273,
    ];

    private static readonly (int, int)[] Sides =
    [
        (61, 291), (146, 375), (91, 321), (181, 405), (84, 314), (185, 409), (40, 270), (39, 269), (37, 267),
        (78, 308), (95, 324), (88, 318), (178, 402), (87, 317), (191, 415), (80, 310), (81, 311), (82, 312), (57, 287), (43, 273),
    ];

    /// <summary>By point, the place of the one on the other side of the mouth; of those in the middle their own.</summary>
    public static IReadOnlyList<int> Mirrored { get; } = [.. Mouth.Select(point => Array.IndexOf(Mouth, Opposite(point)))];

    /// <summary>Places of the middle of the inner edges of the upper and the lower lip.</summary>
    public static (int Upper, int Lower) InnerEdges { get; } =
        (Array.IndexOf(Mouth, FaceLandmarks.UpperLipInner), Array.IndexOf(Mouth, FaceLandmarks.LowerLipInner));

    /// <summary>Sets the points around the mouth upon the mean face.</summary>
    /// <param name="landmarks">All of the mesh.</param>
    /// <param name="values">Receives x, y and z of <see cref="Count"/> points; all zero where the landmarks lie in one place.</param>
    public static void Measure(ReadOnlySpan<Point3f> landmarks, Span<float> values)
    {
        if (values.Length != Count * 3) throw new ArgumentException($"Expected room for {Count * 3} values, got {values.Length}.");
        double centreX = 0, centreY = 0, centreZ = 0;
        foreach (var point in Rigid)
        {
            centreX += landmarks[point].X;
            centreY += landmarks[point].Y;
            centreZ += landmarks[point].Z;
        }
        (centreX, centreY, centreZ) = (centreX / Rigid.Length, centreY / Rigid.Length, centreZ / Rigid.Length);

        Span<double> products = stackalloc double[9];
        var size = 0.0;
        for (var i = 0; i < Rigid.Length; i++)
        {
            var point = landmarks[Rigid[i]];
            ReadOnlySpan<double> own = [point.X - centreX, point.Y - centreY, point.Z - centreZ];
            for (var row = 0; row < 3; row++)
            {
                size += own[row] * own[row];
                for (var column = 0; column < 3; column++) products[(row * 3) + column] += own[row] * MeanFace[(i * 3) + column];
            }
        }
        if (!(size > 1e-9) || !double.IsFinite(size))
        {
            values.Clear();
            return;
        }

        Span<double> rotation = stackalloc double[9];
        Rotation.Nearest(products, rotation);
        // Σ b·(R a) ÷ Σ a²: the rotation's and the products' elements beside each other.
        var scale = 0.0;
        for (var row = 0; row < 3; row++)
            for (var column = 0; column < 3; column++) scale += rotation[(column * 3) + row] * products[(row * 3) + column];
        scale /= size;
        for (var i = 0; i < Count; i++)
        {
            var point = landmarks[Mouth[i]];
            var (x, y, z) = (point.X - centreX, point.Y - centreY, point.Z - centreZ);
            for (var axis = 0; axis < 3; axis++)
                values[(i * 3) + axis] = (float)(scale
                    * ((rotation[axis * 3] * x) + (rotation[(axis * 3) + 1] * y) + (rotation[(axis * 3) + 2] * z)));
        }
    }

    private static int Opposite(int point)
    {
        foreach (var (one, other) in Sides)
            if (one == point || other == point) return one + other - point;
        return point;
    }
}
