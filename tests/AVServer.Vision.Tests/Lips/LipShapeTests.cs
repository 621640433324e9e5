using OpenCvSharp;

namespace AVServer.Vision.Tests.Lips;

[Trait("Category", "unit")]
public sealed class LipShapeTests
{
    /// <summary>An upright face with the eyes' corners 100 apart: every measure is a hundredth of a distance in pixels.</summary>
    private static readonly (int Landmark, float X, float Y, float Z)[] Upright =
    [
        (33, 100, 100, 0), (263, 200, 100, 0), (2, 150, 160, -10), (152, 150, 240, 0), (18, 150, 215, 0),
        (61, 125, 190, 4), (291, 175, 190, 6), (78, 130, 190, 0), (308, 170, 190, 0),
        (0, 150, 178, -12), (13, 150, 186, 0), (14, 150, 194, 0), (17, 150, 204, -9),
        (82, 142, 187, 0), (87, 142, 193, 0), (312, 158, 187, 0), (317, 158, 193, 0),
        (81, 136, 188, 0), (178, 136, 192, 0), (311, 164, 188, 0), (402, 164, 190, 0),
        (37, 142, 180, 0), (267, 158, 179, 0), (84, 142, 203, 0), (314, 158, 201, 0),
    ];

    [Fact]
    public void Measures_are_distances_in_the_face_by_that_of_the_eyes()
    {
        float[] expected =
        [
            8, 6, 3, 50, 40, 8, 10, 7.5f, 9, 26,
            80, 18, 44, 30, 55, 36,
            17, 14, 2, -1,
        ];

        Assert.Equal(
            expected, Measured(Upright.Select(point => (point.Landmark, new Point3f(point.X, point.Y, point.Z)))).Select(
                value => 100 * value), (a, b) => Math.Abs(a - b) < 1e-3f);
    }

    [Theory]
    [InlineData(0.5, 2)]
    [InlineData(-0.9, 0.4)]
    [InlineData(3.0, 1)]
    public void Tilted_moved_and_nearer_face_measures_the_same(double angle, float scale)
    {
        var (sine, cosine) = ((float)Math.Sin(angle), (float)Math.Cos(angle));
        var moved = Upright.Select(point => (point.Landmark, new Point3f(
            (scale * ((point.X * cosine) - (point.Y * sine))) + 37, (scale * ((point.X * sine) + (point.Y * cosine))) - 12,
            scale * point.Z)));

        Assert.Equal(
            Measured(Upright.Select(point => (point.Landmark, new Point3f(point.X, point.Y, point.Z)))), Measured(moved),
            (a, b) => Math.Abs(a - b) < 1e-4f);
    }

    [Fact]
    public void Face_without_extent_measures_as_finite_numbers() => Assert.All(Measured([]), value => Assert.True(float.IsFinite(value)));

    private static float[] Measured(IEnumerable<(int Landmark, Point3f Place)> points)
    {
        var landmarks = new Point3f[FaceLandmarks.Count];
        foreach (var (landmark, place) in points) landmarks[landmark] = place;
        var measures = new float[LipShape.Measures];
        LipShape.Measure(landmarks, measures);
        return measures;
    }
}
