using AVServer.Media;
using AVServer.Runtime;
using AVServer.Vision;
using OpenCvSharp;

namespace AVServer.Lab.Features;

/// <summary>
/// Reads recordings of one talker with the decoder and the tracker that serve streams; what is measured of a picture is the caller's.
/// </summary>
/// <param name="models">Must hold the face models.</param>
/// <param name="fps">Pictures a second.</param>
internal sealed class FaceRecordings(ModelStore models, int fps) : IDisposable
{
    private readonly VideoOutput _pictures = new(PixelFormat.Bgr24, Fps: fps);
    private readonly MediaFile _files = new(new MediaOptions());
    private readonly FaceDetector _detector = new(models.Get(FaceDetector.ModelName));
    private readonly FaceMesh _mesh = new(models.Get(FaceMesh.ModelName));

    /// <summary>Reads one file; from any number of threads.</summary>
    /// <param name="path">The file.</param>
    /// <param name="measure">Given each picture that has a face, BGR, with the face; neither is kept.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>16 kHz, mono, and what was measured of each picture: null where there is no face.</returns>
    public async Task<(short[] Sound, List<T?> Pictures)> ReadAsync<T>(
        string path, Func<Mat, TrackedFace, T> measure, CancellationToken cancellationToken) where T : class
    {
        var tracker = new FaceTracker(_detector, _mesh, new FaceTrackerOptions { MaxFaces = 1 });
        using var reader = new PictureReader();
        var (samples, pictures) = (new List<short>(), new List<T?>());
        await foreach (var item in _files.DecodeAsync(path, video: _pictures, cancellationToken: cancellationToken))
        {
            if (item is AudioBlock block)
            {
                Append(samples, block);
            }
            else if (item is VideoFrame frame)
            {
                var pixels = reader.ReadPixels(frame.Pixels.Span, frame.Width, frame.Height, 3);
                frame.Release();
                pictures.Add(tracker.Next(pixels, frame.Time) is [var face, ..] ? measure(pixels, face) : null);
            }
        }
        return ([.. samples], pictures);
    }

    /// <summary>Gaps repeat the picture before them, the beginning the first that there is.</summary>
    /// <param name="pictures">What was measured of each.</param>
    /// <param name="none">What stands where no picture has a face.</param>
    public static List<T> Hold<T>(List<T?> pictures, T none) where T : class
    {
        var last = pictures.Find(picture => picture is not null) ?? none;
        return [.. pictures.Select(picture => last = picture ?? last)];
    }

    public void Dispose()
    {
        _detector.Dispose();
        _mesh.Dispose();
    }

    private static void Append(List<short> samples, AudioBlock block)
    {
        while (samples.Count < block.FirstSample) samples.Add(0);
        foreach (var sample in block.Samples.Span)
            samples.Add((short)Math.Clamp(MathF.Round(sample * 32768), short.MinValue, short.MaxValue));
    }
}
