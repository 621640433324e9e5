using System.Runtime.InteropServices;
using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>A face that a <see cref="FaceTracker"/> follows. Owned by the tracker; its values are those of the last picture.</summary>
public sealed class TrackedFace
{
    // Two faces further apart in time than this have nothing to smooth between them.
    private static readonly TimeSpan LongestSmoothedGap = TimeSpan.FromMilliseconds(500);

    private readonly Point3f[] _measured = new Point3f[FaceLandmarks.Count];
    private readonly Point3f[] _landmarks = new Point3f[FaceLandmarks.Count];
    private readonly OneEuroFilter _filter = new(FaceLandmarks.Count * 3);
    private readonly LipActivity _lips;

    internal TrackedFace(int id, LipActivityOptions lips)
    {
        Id = id;
        _lips = new LipActivity(lips);
    }

    /// <summary>
    /// Number of the face within its tracker, from 1; the same for as long as it is followed, and never given to another.
    /// </summary>
    public int Id { get; }

    /// <summary>
    /// Smoothed landmarks, <see cref="FaceLandmarks.Count"/> points in pixels from the picture's upper left corner; valid until the next
    /// picture.
    /// </summary>
    public ReadOnlySpan<Point3f> Landmarks => _landmarks;

    /// <summary>The landmarks as they were measured: they tremble, and don't lag behind lips that move fast.</summary>
    public ReadOnlySpan<Point3f> MeasuredLandmarks => _measured;

    /// <summary>The box around the landmarks.</summary>
    public FaceBox Box { get; private set; }

    /// <summary>Posterior of a face being there, when it was last measured.</summary>
    public float Presence { get; private set; }

    /// <summary>Media time of the picture that the landmarks were measured in.</summary>
    public TimeSpan MeasuredAt { get; private set; }

    /// <summary>Where the lips are.</summary>
    public LipRoi LipRoi { get; private set; }

    /// <summary>How far the lips are open, unsmoothed; see <see cref="LipShape.Opening"/>.</summary>
    public float LipOpening { get; private set; }

    /// <summary>How much the lips move; see <see cref="LipActivity.Level"/>.</summary>
    public float LipActivityLevel => _lips.Level;

    /// <summary>Whether the lips move.</summary>
    public bool LipsMove => _lips.IsMoving;

    /// <summary>How well the lips can be read.</summary>
    public FaceQuality Quality { get; private set; }

    /// <summary>Whether the landmarks are of the last picture; else those of one before still stand.</summary>
    public bool IsMeasured { get; private set; }

    /// <summary>Whether the face hardly moved between the last two measurements.</summary>
    internal bool IsStill { get; private set; }

    /// <summary>Where to look for the face in the next picture: unsmoothed, so that it doesn't lag behind a moving head.</summary>
    internal FaceRegion NextRegion => FaceRegion.Of(_measured);

    /// <summary>Takes landmarks of a picture.</summary>
    internal void Accept(Mat frame, ReadOnlySpan<Point3f> landmarks, float presence, TimeSpan time, FaceQualityOptions quality)
    {
        var elapsed = time - MeasuredAt;
        if (elapsed > LongestSmoothedGap || Presence == 0)
        {
            _filter.Reset();
            _lips.Reset();
        }
        var measuredBox = FaceBox.Around(landmarks);
        IsStill = Presence > 0 && Moved(Box, measuredBox) < 0.02f;
        landmarks.CopyTo(_measured);
        landmarks.CopyTo(_landmarks);
        _filter.Apply(
            MemoryMarshal.Cast<Point3f, float>(_landmarks.AsSpan()), (float)elapsed.TotalSeconds,
            (measuredBox.Width + measuredBox.Height) / 2);

        Presence = presence;
        MeasuredAt = time;
        IsMeasured = true;
        Box = FaceBox.Around(_landmarks);
        LipRoi = LipRoi.Of(_landmarks);
        LipOpening = LipShape.Opening(landmarks);
        _ = _lips.Next(time, LipOpening);
        Quality = FaceQuality.Of(frame, _landmarks, quality);
    }

    /// <summary>Lets the last landmarks stand for another picture.</summary>
    internal void Hold() => IsMeasured = false;

    // Way of the middle and change of the size, in widths of the face.
    private static float Moved(in FaceBox before, in FaceBox after) =>
        ((float)Point2f.Distance(before.Centre, after.Centre) + Math.Abs(after.Width - before.Width)) / Math.Max(1, before.Width);
}
