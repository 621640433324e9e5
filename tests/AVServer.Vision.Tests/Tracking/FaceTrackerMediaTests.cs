using AVServer.TestKit;
using OpenCvSharp;

namespace AVServer.Vision.Tests.Tracking;

[Trait("Category", "slow")]
public sealed class FaceTrackerMediaTests(ITestOutputHelper output)
{
    [CorporaFact]
    public void Talkers_are_followed_in_99_of_100_pictures_with_steady_lip_rois()
    {
        int pictures = 0, tracked = 0;
        foreach (var path in new[] { "s1", "s2", "s3", "s4", "s5", "s30" }.SelectMany(talker => VideoClip.Grid(talker, 2)))
        {
            using var clip = VideoClip.Read(path);
            var tracker = new FaceTracker(ShippedFaceModels.Detector, ShippedFaceModels.Mesh);
            var rois = new List<LipRoi>();
            for (var i = 0; i < clip.Frames.Count; i++)
            {
                var faces = tracker.Next(clip.Frames[i], clip.Time(i));
                pictures++;
                if (faces.Count == 0) continue;
                tracked++;
                Assert.Equal(1, faces[0].Id);
                rois.Add(faces[0].LipRoi);
            }
            var width = rois.Average(roi => roi.Width);
            var jumps = rois.Zip(rois.Skip(1), (before, after) => Point2f.Distance(before.Centre, after.Centre) / width).ToList();
            var widths = rois.Zip(rois.Skip(1), (before, after) => Math.Abs(after.Width - before.Width) / width).ToList();
            output.WriteLine(
                $"{Path.GetFileName(path)}: width {width:F1}, centre moves mean {jumps.Average():P1} max {jumps.Max():P1}, width changes "
                + $"mean {widths.Average():P1} max {widths.Max():P1}, searches {tracker.Searches}");
            Assert.InRange(jumps.Average(), 0, 0.03);
            Assert.InRange(jumps.Max(), 0, 0.25);
            Assert.InRange(widths.Average(), 0, 0.03);
        }
        output.WriteLine($"{tracked} of {pictures}");
        Assert.InRange((double)tracked / pictures, 0.99, 1);
    }

    [CorporaFact]
    public void Pictures_without_a_face_give_none()
    {
        using var noise = VideoClip.Filter(
            640, 480, 25, "-f", "lavfi", "-i", "testsrc2=s=640x480:r=25:d=1,noise=alls=40:allf=t:all_seed=7");
        using var blurred = VideoClip.Filter(
            360, 288, 25, "-i", VideoClip.Grid("s1", 1)[0], "-t", "1", "-vf", "crop=360:60:0:0,scale=360:288,boxblur=20");
        Assert.Equal(0, VisibleIn(noise));
        Assert.Equal(0, VisibleIn(blurred));
    }

    [CorporaFact]
    public void Two_faces_side_by_side_have_two_lasting_ids()
    {
        using var clip = VideoClip.Filter(
            720, 288, 25, "-i", VideoClip.Grid("s1", 1)[0], "-i", VideoClip.Grid("s2", 1)[0], "-filter_complex",
            "[0:v][1:v]hstack=shortest=1");
        var tracker = new FaceTracker(ShippedFaceModels.Detector, ShippedFaceModels.Mesh);
        var left = new HashSet<int>();
        var right = new HashSet<int>();
        var both = 0;
        for (var i = 0; i < clip.Frames.Count; i++)
        {
            var faces = tracker.Next(clip.Frames[i], clip.Time(i));
            if (faces.Count == 2) both++;
            foreach (var face in faces) (face.Box.Centre.X < 360 ? left : right).Add(face.Id);
        }
        Assert.Single(left);
        Assert.Single(right);
        Assert.NotEqual(left.Single(), right.Single());
        Assert.InRange((double)both / clip.Frames.Count, 0.97, 1);
    }

    [CorporaFact]
    public void Face_that_comes_back_soon_keeps_its_id_and_later_gets_a_new_one()
    {
        using var clip = VideoClip.Read(VideoClip.Grid("s1", 1)[0]);
        using var black = new Mat(288, 360, MatType.CV_8UC3, new Scalar(0));
        var tracker = new FaceTracker(ShippedFaceModels.Detector, ShippedFaceModels.Mesh);
        Assert.Equal(1, Assert.Single(tracker.Next(clip.Frames[0], TimeSpan.Zero)).Id);
        Assert.Empty(tracker.Next(black, TimeSpan.FromSeconds(0.1)));
        Assert.Equal(1, Assert.Single(tracker.Next(clip.Frames[1], TimeSpan.FromSeconds(0.6))).Id);
        Assert.Empty(tracker.Next(black, TimeSpan.FromSeconds(0.7)));
        Assert.Empty(tracker.Next(black, TimeSpan.FromSeconds(2)));
        Assert.Equal(2, Assert.Single(tracker.Next(clip.Frames[2], TimeSpan.FromSeconds(2.1))).Id);
    }

    [CorporaFact]
    public void Five_pictures_a_second_are_enough_to_follow_a_talker()
    {
        using var clip = VideoClip.Filter(360, 288, 5, "-i", VideoClip.Grid("s3", 1)[0], "-vf", "fps=5");
        var tracker = new FaceTracker(ShippedFaceModels.Detector, ShippedFaceModels.Mesh);
        for (var i = 0; i < clip.Frames.Count; i++) Assert.Equal(1, Assert.Single(tracker.Next(clip.Frames[i], clip.Time(i))).Id);
    }

    [CorporaFact]
    public void Poor_pictures_of_a_face_are_told_apart()
    {
        Assert.Equal(FaceIssues.None, Issues("null"));
        Assert.Equal(FaceIssues.TooDark, Issues("lutrgb=r=val*0.2:g=val*0.2:b=val*0.2"));
        Assert.Equal(FaceIssues.TooSmall, Issues("scale=140:112,pad=360:288:110:88"));

        static FaceIssues Issues(string filter)
        {
            using var clip = VideoClip.Filter(360, 288, 25, "-i", VideoClip.Grid("s1", 1)[0], "-vf", filter, "-frames:v", "1");
            var tracker = new FaceTracker(ShippedFaceModels.Detector, ShippedFaceModels.Mesh);
            return Assert.Single(tracker.Next(clip.Frames[0], TimeSpan.Zero)).Quality.Issues;
        }
    }

    [CorporaFact]
    public void Landmarks_on_every_third_picture_of_a_talker_move_the_lip_roi_by_little()
    {
        // Shares of the ROI's width by which its centre lies beside that of a measurement on every picture.
        var errors = new List<double>();
        double measured = 0, pictures = 0;
        foreach (var path in new[] { "s1", "s3", "s5" }.Select(talker => VideoClip.Grid(talker, 1)[0]))
        {
            using var clip = VideoClip.Read(path);
            var every = new FaceTracker(ShippedFaceModels.Detector, ShippedFaceModels.Mesh);
            var third = new FaceTracker(
                ShippedFaceModels.Detector, ShippedFaceModels.Mesh,
                new FaceTrackerOptions { SteadyInterval = TimeSpan.FromMilliseconds(100) });
            for (var i = 0; i < clip.Frames.Count; i++)
            {
                var expected = every.Next(clip.Frames[i], clip.Time(i))[0].LipRoi;
                var face = Assert.Single(third.Next(clip.Frames[i], clip.Time(i)));
                Assert.Equal(face.MeasuredAt == clip.Time(i), face.IsMeasured);
                var got = face.LipRoi;
                errors.Add(Point2f.Distance(expected.Centre, got.Centre) / expected.Width);
            }
            pictures += every.Measurements;
            measured += third.Measurements;
        }
        errors.Sort();
        output.WriteLine(
            $"mesh on {measured / pictures:P0} of pictures; centre off by mean {errors.Average():P2}, p95 "
            + $"{errors[errors.Count * 95 / 100]:P2}, max {errors[^1]:P2} of the width");
        Assert.InRange(measured / pictures, 0, 0.6);
        Assert.InRange(errors[errors.Count * 95 / 100], 0, 0.05);
    }

    // OpenCvSharp makes two proxies of some hundred bytes for each call, a dozen calls a picture; a picture's own pixels would be a hundred
    // thousand.
    private const double BytesPerPicture = 2_500;

    [CorporaFact]
    public void Following_a_face_allocates_nothing_but_the_proxies_of_opencv()
    {
        using var clip = VideoClip.Read(VideoClip.Grid("s1", 1)[0]);
        var tracker = new FaceTracker(ShippedFaceModels.Detector, ShippedFaceModels.Mesh);
        using var cropper = new LipRoiCropper();
        var colour = new byte[LipRoiCropper.ColourSize * LipRoiCropper.ColourSize * 3];
        var gray = new byte[LipRoiCropper.GraySize * LipRoiCropper.GraySize];
        var slot = 0;

        // Twelve pictures a round: the whole clip is seen once, in its order.
        Assert.InRange(Allocations.LeastOf(() => { for (var i = 0; i < 12; i++) Step(slot++); }) / 12.0, 0, BytesPerPicture);

        void Step(int i)
        {
            var faces = tracker.Next(clip.Frames[i], clip.Time(i));
            cropper.CropColour(clip.Frames[i], faces[0].LipRoi, colour);
            cropper.CropGray(clip.Frames[i], faces[0].LipRoi, gray);
        }
    }

    private static int VisibleIn(VideoClip clip)
    {
        var tracker = new FaceTracker(ShippedFaceModels.Detector, ShippedFaceModels.Mesh);
        return Enumerable.Range(0, clip.Frames.Count).Count(i => tracker.Next(clip.Frames[i], clip.Time(i)).Count > 0);
    }
}
