using AVServer.Vision;
using OpenCvSharp;

namespace AVServer.Pipeline;

/// <summary>The mouths of all faces of one stream, as lips that know phones read them.</summary>
internal sealed class MouthTracks : IFaceWatcher, IDisposable
{
    private readonly MouthTexture _texture = new();
    private readonly float[] _raw = new float[MouthFeatures.RawValues];
    private readonly Dictionary<int, MouthTrack> _tracks = [];

    public void Add(long slot, Mat frame, TrackedFace face)
    {
        if (!_tracks.TryGetValue(face.Id, out var track)) _tracks[face.Id] = track = new MouthTrack();
        MouthFeatures.Measure(_texture, frame, face, MouthView.Straight, _raw);
        track.Set(slot, _raw, face.IsMeasured);
    }

    public void Hold(int face, long slot) => _tracks.GetValueOrDefault(face)?.Hold(slot);

    public void Forget(int face) => _tracks.Remove(face);

    /// <summary>What a face's mouth did; null where it was never seen.</summary>
    public MouthTrack? Of(int face) => _tracks.GetValueOrDefault(face);

    public void Dispose() => _texture.Dispose();
}
