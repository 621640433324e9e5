using System.Runtime.InteropServices;
using AVServer.TestKit;
using OpenCvSharp;

namespace AVServer.Vision.Tests.Lips;

/// <summary>What is measured of a mouth for the network that knows phones.</summary>
[Trait("Category", "unit")]
public sealed class MouthFeaturesTests
{
    private const int PointValues = MouthFeatures.PointValues;

    [Fact]
    public void Points_are_those_that_NumPy_sets_upon_the_mean_face()
    {
        var landmarks = MemoryMarshal.Cast<byte, Point3f>(Golden("landmarks.f32"));
        var expected = MemoryMarshal.Cast<byte, float>(Golden("points.f32"));
        var got = new float[PointValues];
        for (var face = 0; face < landmarks.Length / FaceLandmarks.Count; face++)
        {
            MouthPoints.Measure(landmarks.Slice(face * FaceLandmarks.Count, FaceLandmarks.Count), got);
            for (var i = 0; i < got.Length; i++) Assert.Equal(expected[(face * PointValues) + i], got[i], 2e-4f);
        }
    }

    [Fact]
    public void Terms_are_those_that_NumPy_computes()
    {
        var pixels = Golden("picture.u8");
        using var frame = new Mat(32, 32, MatType.CV_8UC3);
        for (var i = 0; i < pixels.Length; i++) frame.AsSpan<byte>().Slice(i * 3, 3).Fill(pixels[i]);
        var got = Texture(frame, Face(new Point2f(16, 16), eyes: 32), MouthView.Straight);
        var expected = MemoryMarshal.Cast<byte, float>(Golden("terms.f32"));
        for (var i = 0; i < got.Length; i++) Assert.Equal(expected[i], got[i], 0.02f);
    }

    [Fact]
    public void Points_are_the_same_however_the_head_is_held()
    {
        var (straight, held) = (new float[PointValues], new float[PointValues]);
        var face = Face(new Point2f(100, 120), eyes: 80, seed: 4);
        MouthPoints.Measure(face, straight);
        var (cosine, sine) = (MathF.Cos(0.7f), MathF.Sin(0.7f));
        MouthPoints.Measure(
            [.. face.Select(point => new Point3f(
                (3 * ((cosine * point.X) - (sine * point.Y))) + 40,
                (3 * ((sine * point.X) + (cosine * point.Y))) - 20,
                (3 * point.Z) + 5))],
            held);
        for (var i = 0; i < held.Length; i++) Assert.Equal(straight[i], held[i], 1e-4f);
    }

    [Fact]
    public void Each_point_has_one_on_the_other_side()
    {
        Assert.All(Enumerable.Range(0, MouthPoints.Count), point => Assert.Equal(point, MouthPoints.Mirrored[MouthPoints.Mirrored[point]]));
        // Outer and inner edge of both lips, chin and its fold, two below it, and the base of the nose and what lies under it.
        Assert.Equal(10, MouthPoints.Mirrored.Where((other, point) => other == point).Count());
    }

    [Fact]
    public void A_mirrored_picture_changes_the_signs_of_the_odd_terms()
    {
        var random = new Random(6);
        using var frame = new Mat(64, 64, MatType.CV_8UC3);
        random.NextBytes(frame.AsSpan<byte>());
        using var mirrored = new Mat();
        Cv2.Flip(frame, mirrored, FlipMode.Y);
        var face = Face(new Point2f(32, 32), eyes: 48);
        var (own, other) = (Texture(frame, face, MouthView.Straight), Texture(mirrored, face, MouthView.Straight));
        for (var i = 0; i < MouthTexture.Terms; i++) Assert.Equal(MouthTexture.IsOdd[i] ? -own[i] : own[i], other[i], 12f);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(64)]
    [InlineData(200)]
    [InlineData(900)]
    public void Size_in_the_picture_changes_little(float eyes)
    {
        // A slope of light from top to bottom, as long as the crop is high.
        using var frame = new Mat(1024, 1024, MatType.CV_8UC3);
        for (var y = 0; y < 1024; y++)
            frame.RowSpan<byte>(y).Fill((byte)Math.Clamp(128 + (100 * (y - 512) / eyes), 0, 255));
        var terms = Texture(frame, Face(new Point2f(512.5f, 512.5f), eyes), MouthView.Straight);
        Assert.Equal(128 * 32, terms[0], 64f);
        Assert.InRange(terms[MouthTexture.Values - 1], 25, 33);
        // The first term along the columns, which is as far down the list as there are frequencies.
        Assert.InRange(terms[12], -1000, -850);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(0)]
    [InlineData(float.PositiveInfinity)]
    public void Landmarks_that_are_no_face_measure_nothing(float place)
    {
        using var frame = new Mat(20, 20, MatType.CV_8UC3, new Scalar(1, 2, 3));
        Point3f[] landmarks = [.. Enumerable.Repeat(new Point3f(place, place, place), FaceLandmarks.Count)];
        var points = new float[PointValues];
        MouthPoints.Measure(landmarks, points);
        Assert.All(points, value => Assert.Equal(0, value));
        Assert.All(Texture(frame, landmarks, MouthView.Straight), value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_face_beyond_a_tiny_picture_is_measured_at_its_edge()
    {
        using var frame = new Mat(1, 1, MatType.CV_8UC3, new Scalar(90, 90, 90));
        var terms = Texture(frame, Face(new Point2f(4000, -300), eyes: 3000), MouthView.Straight);
        Assert.Equal(90 * 32, terms[0], 1f);
        Assert.Equal(0, terms[^1], 0.5f);
    }

    [Fact]
    public void What_stays_the_same_is_taken_off()
    {
        var features = new MouthFeatures();
        var (raw, values) = (Ramp(3), new float[MouthFeatures.Values]);
        features.Accept(raw);
        features.Normalise(raw, values);
        Assert.All(values, value => Assert.Equal(0, value));

        // Another picture in which all is 2 more: half of it is the mean's.
        var more = raw.Select(value => value + 2).ToArray();
        features.Accept(more);
        features.Normalise(more, values);
        Assert.Equal(1, values[0], 1e-4f);
        Assert.Equal(1 / (raw[^1] + 1 + MouthFeatures.DarkContrast), values[^1], 1e-5f);
        features.Reset();
        Assert.Equal(0, features.Count);
    }

    [Fact]
    public void A_talker_who_changed_is_known_anew_after_a_while()
    {
        var features = new MouthFeatures();
        var (one, other, values) = (Ramp(1), Ramp(2), new float[MouthFeatures.Values]);
        for (var i = 0; i < 3000; i++) features.Accept(one);
        for (var i = 0; i < 3000; i++) features.Accept(other);
        features.Normalise(other, values);
        Assert.All(values, value => Assert.InRange(value, -0.05f, 0.05f));
    }

    private static float[] Ramp(float slope) => [.. Enumerable.Range(0, MouthFeatures.RawValues).Select(i => 1 + (i * slope / 300))];

    private static float[] Texture(Mat frame, ReadOnlySpan<Point3f> landmarks, in MouthView view)
    {
        using var texture = new MouthTexture();
        var values = new float[MouthTexture.Values];
        texture.Measure(frame, landmarks, view, values);
        return values;
    }

    // Points at random but those that place the crop: corners of the eyes and of the mouth.
    private static Point3f[] Face(Point2f mouth, float eyes, int seed = 1)
    {
        var random = new Random(seed);
        float Any() => eyes * (random.NextSingle() - 0.5f);
        var face = Enumerable.Range(0, FaceLandmarks.Count).Select(_ => new Point3f(mouth.X + Any(), mouth.Y + Any(), Any())).ToArray();
        face[FaceLandmarks.RightEyeOuter] = new Point3f(mouth.X - (eyes / 2), mouth.Y - eyes, 0);
        face[FaceLandmarks.LeftEyeOuter] = new Point3f(mouth.X + (eyes / 2), mouth.Y - eyes, 0);
        face[FaceLandmarks.MouthRight] = new Point3f(mouth.X - (eyes / 4), mouth.Y, 0);
        face[FaceLandmarks.MouthLeft] = new Point3f(mouth.X + (eyes / 4), mouth.Y, 0);
        return face;
    }

    private static byte[] Golden(string file) => File.ReadAllBytes(TestPaths.Golden("mouth-features", file));
}
