using AVServer.Contracts;
using AVServer.Media;
using AVServer.Vision;

namespace AVServer.Pipeline;

/// <summary>
/// The pictures of one stream: slot by slot, faces are followed, the one that speaks is chosen, and its lips are cut out for every model.
/// </summary>
/// <remarks>
/// One stream's own; one caller at a time. While nobody speaks and no lips move, one picture of five is looked at and the others wait, so
/// that they can still be looked at when somebody begins; what is known of a slot is therefore final only once somebody speaks.
/// </remarks>
internal sealed class VideoTrack : IAsyncDisposable
{
    /// <summary>How many slots of a second must show the lips well for them to count as seen.</summary>
    public const int SlotsToRead = 17;

    private const int IdleStride = 5;
    private const int SlotsUntilIdle = 25;
    private const int SlotsJudged = 25;

    private readonly FaceModels _models;
    private readonly FaceTracker _tracker;
    private readonly IReadOnlyList<IFaceWatcher> _watchers;
    private readonly JpegDecoder _jpeg;
    private readonly PictureReader _pictures = new();
    private readonly Dictionary<int, FaceHistory> _faces = [];
    private readonly List<SpeakerCandidate> _candidates = [];
    private readonly List<(long Slot, VideoFrame Picture)> _postponed = [];
    private readonly SpeakerChoice _choice = new();
    private readonly FaceReporter _reporter = new();
    private readonly bool[] _filled = new bool[SlotsJudged];
    private VideoFrame? _last;
    private FaceEvent? _view;
    private long _active = long.MinValue / 2;
    private long _analysed = long.MinValue / 2;
    private TimeSpan? _damagedSince;

    /// <param name="models">Shared.</param>
    /// <param name="watchers">This stream's own, one for each model that reads lips.</param>
    public VideoTrack(FaceModels models, IReadOnlyList<IFaceWatcher> watchers)
    {
        (_models, _watchers) = (models, watchers);
        (_tracker, _jpeg) = (models.CreateTracker(), models.CreateJpegDecoder());
    }

    /// <summary>Number of the face that speaks; null while there is none.</summary>
    public int? SpeakerId => _choice.Current;

    /// <summary>What the face that speaks did; null while there is none.</summary>
    public FaceHistory? Speaker => _choice.Current is { } face ? _faces.GetValueOrDefault(face) : null;

    /// <summary>By how much the pictures are known to come behind the sound; null until somebody knows. Told with the face.</summary>
    public TimeSpan? Delay { get; set; }

    /// <summary>The face whose lips can be read in a window: seen well for most of the last second, in which its lips moved.</summary>
    /// <param name="end">Slot after the window's last.</param>
    /// <returns>Its number; null where there is none, as with a photograph, a frozen picture or somebody who is silent while another
    /// speaks.</returns>
    public int? ReadableFace(long end)
    {
        if (Speaker is not { } history) return null;
        var readable = history.Count(end - SlotsJudged, end, static moment => moment.Readable) >= SlotsToRead;
        return readable && history.Count(end - SlotsJudged, end, static moment => moment.LipsMove) > 0 ? _choice.Current : null;
    }

    /// <summary>
    /// Whether the lips of the face that speaks moved in the slots from <paramref name="first"/> to before <paramref name="end"/>.
    /// </summary>
    public bool LipsMoved(long first, long end) => Speaker?.Count(first, end, static moment => moment.LipsMove) > 0;

    /// <summary>Takes the next slot.</summary>
    /// <param name="slot">One more than the one before.</param>
    /// <param name="picture">What stands in it; null where nothing does.</param>
    /// <param name="voice">Whether there may be a voice.</param>
    /// <param name="events">Receives what there is to report of the face and of damaged pictures.</param>
    /// <param name="cancellationToken">Ends the wait for a turn.</param>
    public async ValueTask AcceptSlotAsync(
        long slot, VideoFrame? picture, Voice voice, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        _filled[Place(slot)] = picture is not null;
        if (voice == Voice.Heard) _active = slot;
        if (picture is null) _view = null;
        else if (ReferenceEquals(picture, _last)) Repeat(slot);
        else if (slot - _active > SlotsUntilIdle && slot - _analysed < IdleStride) Postpone(slot, picture);
        else await AnalyseSlotAsync(slot, picture, voice, events, cancellationToken);
        _last = picture ?? _last;
        if (_reporter.Next(slot, Described(slot)) is { } reported) events.Add(reported);
    }

    /// <summary>Ends the pictures: reports what is still open.</summary>
    public void Complete(List<StreamEvent> events)
    {
        if (_damagedSince is { } since && _last is { } last) events.Add(Damaged(since, last.Time + VideoGrid.Slot));
        _damagedSince = null;
    }

    public async ValueTask DisposeAsync()
    {
        await _jpeg.DisposeAsync();
        _pictures.Dispose();
    }

    private static int Place(long slot) => (int)(((slot % SlotsJudged) + SlotsJudged) % SlotsJudged);

    private static GapEvent Damaged(TimeSpan since, TimeSpan until) => new(MediaKind.Video, GapReason.Undecodable, since, until - since);

    private void Postpone(long slot, VideoFrame picture)
    {
        picture.Hold();
        _postponed.Add((slot, picture));
        Repeat(slot);
    }

    private async ValueTask AnalyseSlotAsync(
        long slot, VideoFrame picture, Voice voice, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        // The pictures before somebody began to speak: lips move before the voice is there.
        if (slot - _active <= SlotsUntilIdle)
            foreach (var (earlier, unseen) in _postponed) await AnalysePictureAsync(earlier, unseen, voice, events, cancellationToken);
        foreach (var (_, unseen) in _postponed) unseen.Release();
        _postponed.Clear();
        await AnalysePictureAsync(slot, picture, voice, events, cancellationToken);
        _analysed = slot;
    }

    // What a stranger's picture does to its decoder keeps nobody else's turn.
    private async ValueTask AnalysePictureAsync(
        long slot, VideoFrame picture, Voice voice, List<StreamEvent> events, CancellationToken cancellationToken)
    {
        var decoded = picture.Format == PixelFormat.Jpeg ? await _jpeg.DecodeAsync(picture, cancellationToken) : picture;
        _view = null;
        if (decoded is null)
        {
            _damagedSince ??= picture.Time;
            return;
        }
        await _models.EnterAsync(cancellationToken);
        try
        {
            Analyse(slot, decoded, voice, events);
        }
        finally
        {
            _models.Exit();
        }
        if (!ReferenceEquals(decoded, picture)) decoded.Release();
    }

    private void Analyse(long slot, VideoFrame picture, Voice voice, List<StreamEvent> events)
    {
        var channels = picture.Format == PixelFormat.Gray8 ? 1 : 3;
        var frame = _pictures.ReadPixels(picture.Pixels.Span, picture.Width, picture.Height, channels);
        if (_damagedSince is { } since) events.Add(Damaged(since, picture.Time));
        _damagedSince = null;
        _candidates.Clear();
        foreach (var face in _tracker.Next(frame, picture.Time))
        {
            if (!_faces.TryGetValue(face.Id, out var history)) _faces[face.Id] = history = new FaceHistory();
            history.Set(slot, new FaceMoment(face.Quality.IsGood, face.LipsMove, face.LipOpening, face.IsMeasured));
            _candidates.Add(new SpeakerCandidate(face.Id, face.Box.Width, face.LipsMove ? face.LipActivityLevel : 0));
            if (face.LipsMove) _active = Math.Max(_active, slot);
            if (face.LipRoi.Width > 0)
                foreach (var watcher in _watchers) watcher.Add(slot, frame, face);
        }
        var chosen = _choice.Next(_candidates, voice != Voice.Silence);
        foreach (var face in _tracker.Faces)
            if (face.Id == chosen) _view = FaceEventOf(picture.Time, face, frame.Width, frame.Height);
        Forget(slot);
    }

    /// <summary>What was seen last stands in this slot too.</summary>
    private void Repeat(long slot)
    {
        foreach (var (id, history) in _faces)
        {
            if (!history.TryGet(slot - 1, out var moment)) continue;
            history.Set(slot, moment);
            foreach (var watcher in _watchers) watcher.Hold(id, slot);
        }
    }

    private void Forget(long slot)
    {
        foreach (var (id, history) in _faces)
        {
            if (slot - history.Latest <= FaceHistory.Capacity || id == _choice.Current) continue;
            _faces.Remove(id);
            foreach (var watcher in _watchers) watcher.Forget(id);
        }
    }

    private static FaceEvent FaceEventOf(TimeSpan time, TrackedFace face, float width, float height)
    {
        var (box, roi) = (face.Box, face.LipRoi);
        return new FaceEvent(
            time,
            true,
            face.Id,
            new PictureBox(box.X / width, box.Y / height, box.Width / width, box.Height / height),
            new PictureBox(
                (roi.Centre.X - (roi.Width / 2)) / width, (roi.Centre.Y - (roi.Width / 2)) / height, roi.Width / width, roi.Width / height),
            QualityOf(face.Quality.Issues),
            face.LipsMove);
    }

    private FaceEvent? Described(long slot)
    {
        if (_view is not { } view) return null;
        var tooFew = view.Quality == LipQuality.Good && slot >= SlotsJudged && _filled.Count(filled => filled) < SlotsToRead;
        return view with { Quality = tooFew ? LipQuality.TooFewPictures : view.Quality, Delay = Delay };
    }

    private static LipQuality QualityOf(FaceIssues issues) => issues switch
    {
        FaceIssues.None => LipQuality.Good,
        _ when issues.HasFlag(FaceIssues.LipsOutsidePicture) => LipQuality.OutsidePicture,
        _ when issues.HasFlag(FaceIssues.TooSmall) => LipQuality.TooSmall,
        _ when issues.HasFlag(FaceIssues.TooDark) => LipQuality.TooDark,
        _ => LipQuality.TurnedAway,
    };
}

/// <summary>What the sound says of a slot.</summary>
internal enum Voice
{
    /// <summary>Nobody speaks.</summary>
    Silence,

    /// <summary>Somebody may be speaking.</summary>
    Heard,

    /// <summary>The stream has no sound: lips are all there is.</summary>
    Unknown,
}
