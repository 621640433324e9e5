using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>
/// Follows the faces of one video stream: finds them in the whole picture once, then stays on them with the mesh, and looks again when one
/// is lost.
/// </summary>
/// <remarks>
/// Holds one stream's state; one caller at a time. The models are shared. Nothing is allocated for a picture, except when a face is new.
/// </remarks>
public sealed class FaceTracker
{
    private const float SmallestFace = 16; // pixels; below it the mesh follows noise

    private readonly FaceDetector _detector;
    private readonly FaceMesh _mesh;
    private readonly FaceTrackerOptions _options;
    private readonly List<TrackedFace> _visible = [];
    private readonly List<TrackedFace> _lost = [];
    private readonly Point3f[] _landmarks = new Point3f[FaceLandmarks.Count];
    private readonly FaceDetection[] _detections = new FaceDetection[16];
    private TimeSpan? _lastTime;
    private TimeSpan? _lastSearch;
    private int _lastId;

    /// <summary>Starts without a face.</summary>
    /// <param name="detector">Shared; not disposed.</param>
    /// <param name="mesh">Shared; not disposed.</param>
    /// <param name="options">Read once per picture; defaults where null.</param>
    public FaceTracker(FaceDetector detector, FaceMesh mesh, FaceTrackerOptions? options = null)
    {
        _detector = detector;
        _mesh = mesh;
        _options = options ?? new FaceTrackerOptions();
    }

    /// <summary>Faces of the last picture, in the order in which they were first seen.</summary>
    public IReadOnlyList<TrackedFace> Faces => _visible;

    /// <summary>How many times the whole picture was searched.</summary>
    public long Searches { get; private set; }

    /// <summary>How many times the mesh ran.</summary>
    public long Measurements { get; private set; }

    /// <summary>Takes the next picture.</summary>
    /// <param name="frame">BGR, 8 bits; not kept.</param>
    /// <param name="time">Its media time, later than the one before.</param>
    /// <returns><see cref="Faces"/>; the same list every time.</returns>
    /// <exception cref="ArgumentException">The picture isn't BGR, or its time isn't later.</exception>
    public IReadOnlyList<TrackedFace> Next(Mat frame, TimeSpan time)
    {
        Pictures.RequireBgr(frame);
        if (time <= _lastTime)
            throw new ArgumentException(
                $"Expected a picture later than {_lastTime}, got one at {time}; start another tracker for another stream.", nameof(time));
        _lastTime = time;

        var lostOne = Follow(frame, time);
        DropDoubles();
        for (var i = _lost.Count - 1; i >= 0; i--)
            if (time - _lost[i].MeasuredAt > _options.Memory) _lost.RemoveAt(i);
        if (lostOne || IsSearchDue(time)) Search(frame, time);
        return _visible;
    }

    private bool Follow(Mat frame, TimeSpan time)
    {
        var lostOne = false;
        for (var i = _visible.Count - 1; i >= 0; i--)
        {
            var face = _visible[i];
            if (face.IsStill && face.LipsMove && time - face.MeasuredAt < _options.SteadyInterval)
            {
                face.Hold();
                continue;
            }
            if (TryMeasure(frame, face.NextRegion, face, time)) continue;
            _visible.RemoveAt(i);
            _lost.Add(face);
            lostOne = true;
        }
        return lostOne;
    }

    /// <summary>Keeps the older of two that ended up on one face.</summary>
    private void DropDoubles()
    {
        for (var i = _visible.Count - 1; i > 0; i--)
            if (IsFollowed(_visible[i].Box, upTo: i)) _visible.RemoveAt(i);
    }

    private bool IsSearchDue(TimeSpan time)
    {
        if (_visible.Count >= _options.MaxFaces) return false;
        return _lastSearch is not { } last
            || time - last >= (_visible.Count == 0 ? _options.SearchInterval : _options.FurtherSearchInterval);
    }

    private void Search(Mat frame, TimeSpan time)
    {
        _lastSearch = time;
        Searches++;
        var found = _detector.Detect(frame, _detections);
        for (var i = 0; i < found && _visible.Count < _options.MaxFaces; i++)
        {
            ref readonly var detection = ref _detections[i];
            if (IsFollowed(detection.Box, _visible.Count)) continue;
            var known = LostAt(detection.Box);
            var face = known ?? new TrackedFace(_lastId + 1, _options.Lips);
            // The mesh is the better judge of what the detector takes for a face.
            if (!TryMeasure(frame, FaceRegion.Of(detection), face, time)) continue;
            if (known is null) _lastId++;
            else _lost.Remove(known);
            Insert(face);
        }
    }

    private bool TryMeasure(Mat frame, in FaceRegion region, TrackedFace face, TimeSpan time)
    {
        Measurements++;
        var presence = _mesh.Locate(frame, region, _landmarks);
        if (presence < _options.MinPresence || FaceBox.Around(_landmarks).Width < SmallestFace) return false;
        face.Accept(frame, _landmarks, presence, time, _options.Quality);
        return true;
    }

    private bool IsFollowed(in FaceBox box, int upTo)
    {
        for (var i = 0; i < upTo; i++)
            if (_visible[i].Box.IsSameFaceAs(box)) return true;
        return false;
    }

    private TrackedFace? LostAt(in FaceBox box)
    {
        foreach (var face in _lost)
            if (face.Box.IsSameFaceAs(box)) return face;
        return null;
    }

    private void Insert(TrackedFace face)
    {
        var at = _visible.Count;
        while (at > 0 && _visible[at - 1].Id > face.Id) at--;
        _visible.Insert(at, face);
    }
}
