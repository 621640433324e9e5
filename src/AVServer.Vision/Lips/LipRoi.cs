using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>The upright square around the lips that the visual models look at; pixels from the picture's upper left corner.</summary>
/// <param name="Centre">Middle between the corners of the mouth.</param>
/// <param name="Width">Length of a side.</param>
/// <remarks>
/// The rule of the DKU lip-reading systems that the FLCMA model (arXiv 2403.01700) builds on: with d the distance from the nose to the
/// centre, the width is min(3.2·d, 2·max(d, nose to left corner)). The square isn't turned with the head. "Left" is taken as left in the
/// picture; the paper doesn't say.
/// </remarks>
public readonly record struct LipRoi(Point2f Centre, float Width)
{
    /// <summary>Places the square by a face's landmarks.</summary>
    /// <param name="landmarks">All of the mesh.</param>
    public static LipRoi Of(ReadOnlySpan<Point3f> landmarks)
    {
        var (nose, left, right) =
            (landmarks[FaceLandmarks.NoseTip], landmarks[FaceLandmarks.MouthRight], landmarks[FaceLandmarks.MouthLeft]);
        var centre = new Point2f((left.X + right.X) / 2, (left.Y + right.Y) / 2);
        var toCentre = MathF.Sqrt(Squared(nose.X - centre.X) + Squared(nose.Y - centre.Y));
        var toCorner = MathF.Sqrt(Squared(nose.X - left.X) + Squared(nose.Y - left.Y));
        return new LipRoi(centre, Math.Min(3.2f * toCentre, 2 * Math.Max(toCentre, toCorner)));
    }

    private static float Squared(float value) => value * value;
}
