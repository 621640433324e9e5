using AVServer.Runtime;
using AVServer.Vision;
using OpenCvSharp;

namespace AVServer.Pipeline;

/// <summary>The lips of all faces of one stream, in the form that one model takes.</summary>
/// <param name="encoder">The model's lip encoder, shared.</param>
/// <param name="spec">Its form.</param>
internal sealed class LipTracks(DynamicBatcher encoder, AudioVisualSpec spec) : IFaceWatcher, IDisposable
{
    private readonly LipRoiCropper _cropper = new();
    private readonly Dictionary<int, LipTrack> _tracks = [];

    /// <summary>Cuts a face's lips out of a slot's picture, and measures them where the model wants that.</summary>
    public void Add(long slot, Mat frame, TrackedFace face)
    {
        if (!_tracks.TryGetValue(face.Id, out var track))
            _tracks[face.Id] = track = new LipTrack(encoder, spec.RoiChannels, spec.LipMeasures);
        var pixels = new byte[spec.RoiSize * spec.RoiSize * spec.RoiChannels];
        _cropper.Crop(frame, face.LipRoi, spec.RoiSize, spec.RoiChannels, pixels);
        track.Set(slot, new LipMoment(pixels, Measure(face)));
    }

    /// <summary>Lets a face's last lips stand for another slot.</summary>
    public void Hold(int face, long slot) => _tracks.GetValueOrDefault(face)?.Hold(slot);

    /// <summary>Forgets a face.</summary>
    public void Forget(int face) => _tracks.Remove(face);

    /// <summary>
    /// Writes the features of a window that ends before slot <paramref name="end"/>; see <see cref="LipTrack.ReadAsync"/>.
    /// </summary>
    /// <param name="face">One that was seen.</param>
    /// <param name="end">Slot after the window's last.</param>
    /// <param name="window">Receives [videoFrames, lipFeatures + lipMeasures].</param>
    /// <param name="cancellationToken">Ends the wait for the encoder.</param>
    public ValueTask ReadAsync(int face, long end, Memory<float> window, CancellationToken cancellationToken) =>
        _tracks[face].ReadAsync(end, window, cancellationToken);

    public void Dispose() => _cropper.Dispose();

    private float[]? Measure(TrackedFace face)
    {
        if (spec.LipMeasures == 0) return [];
        if (!face.IsMeasured) return null;
        var measures = new float[spec.LipMeasures];
        LipShape.Measure(face.Landmarks, measures);
        return measures;
    }
}
