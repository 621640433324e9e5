using AVServer.Lab.Data;
using AVServer.Media;
using AVServer.Runtime;
using AVServer.Vision;

namespace AVServer.Lab.Features;

/// <summary>
/// Reads the sound and the lips of recordings of one talker, with the decoder, the tracker and the ROI that serve streams.
/// </summary>
public sealed class LipRoiExtractor : IDisposable
{
    private static readonly VideoOutput Pictures = new(PixelFormat.Bgr24, Fps: LipRecording.Fps);
    private readonly MediaFile _files = new(new MediaOptions());
    private readonly FaceDetector _detector;
    private readonly FaceMesh _mesh;

    /// <param name="models">Must hold the face models.</param>
    public LipRoiExtractor(ModelStore models) =>
        (_detector, _mesh) = (new FaceDetector(models.Get(FaceDetector.ModelName)), new FaceMesh(models.Get(FaceMesh.ModelName)));

    /// <summary>Reads one file; from any number of threads.</summary>
    /// <exception cref="InvalidDataException">The file has no pictures.</exception>
    public async Task<LipRecording> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var tracker = new FaceTracker(_detector, _mesh, new FaceTrackerOptions { MaxFaces = 1 });
        using var reader = new PictureReader();
        using var crop = new MarginCropper();
        var samples = new List<short>();
        var pictures = new List<(byte[] Lips, float[] Shape)?>();
        await foreach (var item in _files.DecodeAsync(path, video: Pictures, cancellationToken: cancellationToken))
        {
            if (item is AudioBlock block) Append(samples, block);
            else if (item is VideoFrame frame) pictures.Add(Lips(reader, tracker, crop, frame));
        }
        if (pictures.Count == 0) throw new InvalidDataException($"Expected pictures in {path}, found none.");
        var held = Hold(pictures);
        return new LipRecording(
            [.. samples], [.. held.SelectMany(picture => picture.Lips)], [.. pictures.Select(picture => picture is not null)],
            [.. held.SelectMany(picture => picture.Shape)]);
    }

    /// <inheritdoc/>
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

    private static (byte[] Lips, float[] Shape)? Lips(PictureReader reader, FaceTracker tracker, MarginCropper crop, VideoFrame frame)
    {
        var pixels = reader.ReadPixels(frame.Pixels.Span, frame.Width, frame.Height, 3);
        frame.Release();
        return tracker.Next(pixels, frame.Time) is [var face, ..] ? (crop.Crop(pixels, face.LipRoi), Shape(face)) : null;
    }

    private static float[] Shape(TrackedFace face)
    {
        var measures = new float[LipShape.Measures];
        LipShape.Measure(face.Landmarks, measures);
        return measures;
    }

    /// <summary>Gaps repeat the picture before them, the beginning the first that there is; without any face all is black.</summary>
    private static List<(byte[] Lips, float[] Shape)> Hold(List<(byte[] Lips, float[] Shape)?> pictures)
    {
        var last = pictures.Find(picture => picture is not null) ?? (new byte[LipRecording.PictureBytes], new float[LipShape.Measures]);
        return [.. pictures.Select(picture => last = picture ?? last)];
    }
}
