using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>The turned square that the mesh looks at; pixels from the picture's upper left corner.</summary>
/// <param name="Centre">The middle.</param>
/// <param name="Size">Length of a side.</param>
/// <param name="Angle">Turn of the face in radians, clockwise as seen on the screen; 0 is upright.</param>
/// <remarks>MediaPipe's rule: half as large again as the longer side of the face's box, turned so that the eyes lie level.</remarks>
public readonly record struct FaceRegion(Point2f Centre, float Size, float Angle)
{
    private const float Margin = 1.5f;

    /// <summary>Around a face that the detector found.</summary>
    public static FaceRegion Of(in FaceDetection face) => Of(face.Box, face.RightEye, face.LeftEye);

    /// <summary>Around a face whose landmarks are known.</summary>
    /// <param name="landmarks">All of the mesh.</param>
    public static FaceRegion Of(ReadOnlySpan<Point3f> landmarks)
    {
        var (right, left) = (landmarks[FaceLandmarks.RightEyeOuter], landmarks[FaceLandmarks.LeftEyeOuter]);
        return Of(FaceBox.Around(landmarks), new Point2f(right.X, right.Y), new Point2f(left.X, left.Y));
    }

    private static FaceRegion Of(in FaceBox box, Point2f rightEye, Point2f leftEye) =>
        new(box.Centre, Margin * Math.Max(box.Width, box.Height), MathF.Atan2(leftEye.Y - rightEye.Y, leftEye.X - rightEye.X));
}
