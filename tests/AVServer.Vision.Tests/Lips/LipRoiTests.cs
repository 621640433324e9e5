using OpenCvSharp;

namespace AVServer.Vision.Tests.Lips;

[Trait("Category", "unit")]
public sealed class LipRoiTests
{
    [Fact]
    public void Width_of_a_face_from_the_front_is_bound_by_the_distance_to_the_corner()
    {
        // Nose 30 above the middle of a mouth 40 wide: d = 30, to the corner √(20² + 30²) = 36.06; min(96, 72.11).
        var roi = LipRoi.Of(Landmarks(nose: (100, 70), left: (80, 100), right: (120, 100)));
        Assert.Equal(new Point2f(100, 100), roi.Centre);
        Assert.Equal(72.11f, roi.Width, 0.01f);
    }

    [Fact]
    public void Width_of_a_face_with_a_wide_mouth_is_bound_by_the_distance_to_the_nose()
    {
        // d = 20, to the corner √(40² + 20²) = 44.72; min(64, 89.44).
        Assert.Equal(64, LipRoi.Of(Landmarks(nose: (100, 80), left: (60, 100), right: (140, 100))).Width, 0.01f);
    }

    [Fact]
    public void Width_uses_the_corner_that_is_left_in_the_picture()
    {
        // The nose stands over the left corner: d = √(20² + 30²) = 36.06 is more than the 30 to that corner.
        Assert.Equal(72.11f, LipRoi.Of(Landmarks(nose: (80, 70), left: (80, 100), right: (120, 100))).Width, 0.01f);
    }

    [Fact]
    public void Square_scales_and_moves_with_the_face()
    {
        var near = LipRoi.Of(Landmarks(nose: (203, 147), left: (163, 207), right: (243, 207)));
        Assert.Equal(new Point2f(203, 207), near.Centre);
        Assert.Equal(144.22f, near.Width, 0.01f);
    }

    private static Point3f[] Landmarks((float X, float Y) nose, (float X, float Y) left, (float X, float Y) right)
    {
        var landmarks = new Point3f[FaceLandmarks.Count];
        landmarks[1] = new Point3f(nose.X, nose.Y, 0);
        landmarks[61] = new Point3f(left.X, left.Y, 0);
        landmarks[291] = new Point3f(right.X, right.Y, 0);
        return landmarks;
    }
}
