using OpenCvSharp;

namespace AVServer.Vision.Tests.Tracking;

[Trait("Category", "unit")]
public sealed class FaceQualityTests : IDisposable
{
    private readonly Mat _bright = new(400, 400, MatType.CV_8UC3, new Scalar(120, 120, 120));

    [Fact]
    public void Face_from_the_front_in_good_light_is_good()
    {
        var quality = Judge(_bright, Face(100, 0, 0));
        Assert.True(quality.IsGood);
        Assert.Equal((0f, 0f), (quality.YawDegrees, quality.PitchDegrees));
        Assert.Equal(120, quality.Luma, 0.5f);
    }

    [Theory]
    [InlineData(25, 0, FaceIssues.None)]
    [InlineData(55, 0, FaceIssues.TurnedAway)]
    [InlineData(-55, 0, FaceIssues.TurnedAway)]
    [InlineData(0, 50, FaceIssues.TurnedAway)]
    [InlineData(0, -20, FaceIssues.None)]
    public void Turn_is_measured_and_judged(float yaw, float pitch, FaceIssues expected)
    {
        var quality = Judge(_bright, Face(140, yaw, pitch));
        Assert.Equal(yaw, quality.YawDegrees, 0.5f);
        Assert.Equal(pitch, quality.PitchDegrees, 0.5f);
        Assert.Equal(expected, quality.Issues);
    }

    [Theory]
    [InlineData(20, FaceIssues.None)]
    [InlineData(90, FaceIssues.TurnedAway)]
    [InlineData(-60, FaceIssues.TurnedAway)]
    public void Tilt_is_measured_and_judged(float roll, FaceIssues expected)
    {
        var (sin, cos) = MathF.SinCos(roll * MathF.PI / 180);
        Point3f[] tilted =
            [.. Face(140, 0, 0).Select(
                point => new Point3f(
                    200 + (cos * (point.X - 200)) - (sin * (point.Y - 200)), 200 + (sin * (point.X - 200)) + (cos * (point.Y - 200)),
                    point.Z))];

        var quality = Judge(_bright, tilted);

        Assert.Equal(roll, quality.RollDegrees, 0.5f);
        Assert.Equal(expected, quality.Issues);
    }

    [Fact]
    public void Small_face_is_too_small() => Assert.Equal(FaceIssues.TooSmall, Judge(_bright, Face(20, 0, 0)).Issues);

    [Fact]
    public void Face_in_the_dark_is_too_dark()
    {
        using var dark = new Mat(400, 400, MatType.CV_8UC3, new Scalar(20, 20, 20));
        Assert.Equal(FaceIssues.TooDark, Judge(dark, Face(100, 0, 0)).Issues);
    }

    [Fact]
    public void Mouth_beyond_the_edge_is_said()
    {
        using var top = new Mat(210, 400, MatType.CV_8UC3, new Scalar(120, 120, 120));
        Assert.Equal(FaceIssues.LipsOutsidePicture, Judge(top, Face(100, 0, 0)).Issues);
    }

    public void Dispose() => _bright.Dispose();

    private static FaceQuality Judge(Mat frame, Point3f[] landmarks) => FaceQuality.Of(frame, landmarks, new FaceQualityOptions());

    /// <summary>A face of a few points around (200, 200), turned in space; all other landmarks lie in its middle.</summary>
    private static Point3f[] Face(float size, float yaw, float pitch)
    {
        var landmarks = new Point3f[FaceLandmarks.Count];
        Array.Fill(landmarks, new Point3f(200, 200, 0));
        Set(FaceLandmarks.RightCheek, -0.5f, 0, 0);
        Set(FaceLandmarks.LeftCheek, 0.5f, 0, 0);
        Set(FaceLandmarks.Forehead, 0, -0.6f, 0);
        Set(FaceLandmarks.Chin, 0, 0.6f, 0);
        Set(FaceLandmarks.NoseTip, 0, -0.1f, -0.2f);
        Set(FaceLandmarks.MouthRight, -0.2f, 0.25f, 0);
        Set(FaceLandmarks.MouthLeft, 0.2f, 0.25f, 0);
        return landmarks;

        void Set(int landmark, float x, float y, float z)
        {
            var (sinYaw, cosYaw) = MathF.SinCos(yaw * MathF.PI / 180);
            var (sinPitch, cosPitch) = MathF.SinCos(pitch * MathF.PI / 180);
            (x, z) = ((cosYaw * x) - (sinYaw * z), (sinYaw * x) + (cosYaw * z));
            (y, z) = ((cosPitch * y) - (sinPitch * z), (sinPitch * y) + (cosPitch * z));
            landmarks[landmark] = new Point3f(200 + (size * x), 200 + (size * y), size * z);
        }
    }
}
