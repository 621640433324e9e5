using AVServer.TestKit;
using OpenCvSharp;

namespace AVServer.Vision.Tests.Faces;

[Trait("Category", "unit")]
public sealed class FaceDetectorTests
{
    [Fact]
    public void Empty_and_gray_pictures_are_refused()
    {
        using var none = new Mat();
        using var gray = new Mat(10, 10, MatType.CV_8UC1, new Scalar(0));
        Assert.Throws<ArgumentException>(() => ShippedFaceModels.Detector.Detect(none, new FaceDetection[1]));
        Assert.Throws<ArgumentException>(() => ShippedFaceModels.Detector.Detect(gray, new FaceDetection[1]));
        Assert.Throws<ArgumentException>(
            () => ShippedFaceModels.Mesh.Locate(gray, new FaceRegion(default, 10, 0), new Point3f[FaceLandmarks.Count]));
    }

    [Fact]
    public void Landmarks_of_another_length_are_refused()
    {
        using var frame = new Mat(10, 10, MatType.CV_8UC3, new Scalar(0));
        Assert.Throws<ArgumentException>(() => ShippedFaceModels.Mesh.Locate(frame, new FaceRegion(default, 10, 0), new Point3f[3]));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1000, 2)]
    [InlineData(3, 500)]
    public void Picture_of_any_shape_is_searched(int width, int height)
    {
        using var frame = new Mat(height, width, MatType.CV_8UC3, new Scalar(10, 20, 30));
        Assert.Equal(0, ShippedFaceModels.Detector.Detect(frame, new FaceDetection[4]));
    }

    [CorporaFact]
    public void Face_stays_where_it_is_when_the_picture_grows_around_it()
    {
        using var clip = VideoClip.Filter(360, 288, 25, "-i", VideoClip.Grid("s1", 1)[0], "-frames:v", "1");
        using var padded = VideoClip.Filter(420, 388, 25, "-i", VideoClip.Grid("s1", 1)[0], "-frames:v", "1", "-vf", "pad=420:388:60:0");
        var here = Detect(clip.Frames[0]);
        var there = Detect(padded.Frames[0]);
        Assert.Equal(here.Box.Centre.X + 60, there.Box.Centre.X, 4.0);
        Assert.Equal(here.Box.Centre.Y, there.Box.Centre.Y, 4.0);
        Assert.True(here.RightEye.X < here.LeftEye.X);
        Assert.True(here.RightEye.Y < here.NoseTip.Y && here.NoseTip.Y < here.Mouth.Y);
    }

    private static FaceDetection Detect(Mat frame)
    {
        var faces = new FaceDetection[4];
        Assert.Equal(1, ShippedFaceModels.Detector.Detect(frame, faces));
        return faces[0];
    }
}
