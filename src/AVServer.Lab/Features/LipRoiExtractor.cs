using AVServer.Lab.Data;
using AVServer.Runtime;
using AVServer.Vision;

namespace AVServer.Lab.Features;

/// <summary>
/// Reads the sound and the lips of recordings of one talker, with the decoder, the tracker and the ROI that serve streams.
/// </summary>
public sealed class LipRoiExtractor : IDisposable
{
    private readonly FaceRecordings _recordings;

    /// <param name="models">Must hold the face models.</param>
    public LipRoiExtractor(ModelStore models) => _recordings = new FaceRecordings(models, LipRecording.Fps);

    /// <summary>Reads one file; from any number of threads.</summary>
    /// <exception cref="InvalidDataException">The file has no pictures.</exception>
    public async Task<LipRecording> ReadAsync(string path, CancellationToken cancellationToken)
    {
        using var crop = new MarginCropper();
        var (sound, pictures) = await _recordings.ReadAsync(
            path, (pixels, face) => new Lips(crop.Crop(pixels, face.LipRoi), Shape(face)), cancellationToken);
        if (pictures.Count == 0) throw new InvalidDataException($"Expected pictures in {path}, found none.");
        // Without any face all is black.
        var held = FaceRecordings.Hold(pictures, new Lips(new byte[LipRecording.PictureBytes], new float[LipShape.Measures]));
        return new LipRecording(
            sound, [.. held.SelectMany(picture => picture.Pixels)], [.. pictures.Select(picture => picture is not null)],
            [.. held.SelectMany(picture => picture.Shape)]);
    }

    /// <inheritdoc/>
    public void Dispose() => _recordings.Dispose();

    private static float[] Shape(TrackedFace face)
    {
        var measures = new float[LipShape.Measures];
        LipShape.Measure(face.Landmarks, measures);
        return measures;
    }

    private sealed record Lips(byte[] Pixels, float[] Shape);
}
