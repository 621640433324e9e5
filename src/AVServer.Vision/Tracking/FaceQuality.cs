using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>How well a face's lips can be read.</summary>
/// <param name="Issues">What is wrong; <see cref="FaceIssues.None"/> is good.</param>
/// <param name="LipRoiWidth">Pixels of the picture across the lip ROI.</param>
/// <param name="YawDegrees">Turn to the side, positive towards the person's left.</param>
/// <param name="PitchDegrees">Nod, positive downwards.</param>
/// <param name="RollDegrees">Tilt towards a shoulder, clockwise as seen on the screen positive; the lip ROI doesn't turn with it.</param>
/// <param name="Luma">Mean brightness of the face, 0 to 255.</param>
public readonly record struct FaceQuality(
    FaceIssues Issues, float LipRoiWidth, float YawDegrees, float PitchDegrees, float RollDegrees, float Luma)
{
    private const int SamplesPerSide = 24;

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsGood => Issues == FaceIssues.None;

    /// <summary>Judges a face.</summary>
    /// <param name="frame">BGR, 8 bits; not kept.</param>
    /// <param name="landmarks">All of the mesh, in this frame.</param>
    /// <param name="options">The limits.</param>
    public static FaceQuality Of(Mat frame, ReadOnlySpan<Point3f> landmarks, FaceQualityOptions options)
    {
        var roi = LipRoi.Of(landmarks);
        var (right, left) = (landmarks[FaceLandmarks.RightCheek], landmarks[FaceLandmarks.LeftCheek]);
        var (top, bottom) = (landmarks[FaceLandmarks.Forehead], landmarks[FaceLandmarks.Chin]);
        // A turned head brings one cheek closer to the camera than the other, a nodding one the forehead.
        var yaw = Degrees(left.Z - right.Z, Length(left.X - right.X, left.Y - right.Y));
        var pitch = Degrees(bottom.Z - top.Z, Length(bottom.X - top.X, bottom.Y - top.Y));
        var roll = Degrees(left.Y - right.Y, left.X - right.X);
        var luma = MeanLuma(frame, FaceBox.Around(landmarks));

        var issues = FaceIssues.None;
        if (roi.Width < options.MinLipRoiWidth) issues |= FaceIssues.TooSmall;
        if (Math.Abs(yaw) > options.MaxTurnDegrees || Math.Abs(pitch) > options.MaxTurnDegrees || Math.Abs(roll) > options.MaxTurnDegrees)
            issues |= FaceIssues.TurnedAway;
        if (luma < options.MinLuma) issues |= FaceIssues.TooDark;
        if (!Contains(frame, roi.Centre)) issues |= FaceIssues.LipsOutsidePicture;
        return new FaceQuality(issues, roi.Width, yaw, pitch, roll, luma);
    }

    private static bool Contains(Mat frame, Point2f point)
    {
        var size = frame.Size();
        return point.X >= 0 && point.Y >= 0 && point.X < size.Width && point.Y < size.Height;
    }

    // A grid of single pixels: a mean needs no more, and costs nothing on a large face.
    private static float MeanLuma(Mat frame, in FaceBox box)
    {
        var size = frame.Size();
        float sum = 0;
        var count = 0;
        for (var row = 0; row < SamplesPerSide; row++)
        {
            var y = (int)(box.Y + ((row + 0.5f) * box.Height / SamplesPerSide));
            if (y < 0 || y >= size.Height) continue;
            var pixels = frame.RowSpan<byte>(y);
            for (var column = 0; column < SamplesPerSide; column++)
            {
                var x = (int)(box.X + ((column + 0.5f) * box.Width / SamplesPerSide));
                if (x < 0 || x >= size.Width) continue;
                sum += (0.114f * pixels[3 * x]) + (0.587f * pixels[(3 * x) + 1]) + (0.299f * pixels[(3 * x) + 2]);
                count++;
            }
        }
        return count == 0 ? 0 : sum / count;
    }

    private static float Degrees(float depth, float length) => MathF.Atan2(depth, length) * (180 / MathF.PI);

    private static float Length(float x, float y) => MathF.Sqrt((x * x) + (y * y));
}

/// <summary>What keeps lips from being read.</summary>
[Flags]
public enum FaceIssues
{
    None = 0,

    /// <summary>The lips have too few pixels.</summary>
    TooSmall = 1,

    /// <summary>The head is turned to the side, up or down, or lies on its side.</summary>
    TurnedAway = 2,

    /// <summary>There is too little light on the face.</summary>
    TooDark = 4,

    /// <summary>The middle of the mouth lies beyond the picture's edge.</summary>
    LipsOutsidePicture = 8,
}
