using AVServer.Lab.Data;
using AVServer.Media;
using AVServer.Runtime;
using AVServer.Vision;
using OpenCvSharp;

namespace AVServer.Lab.Lips;

/// <summary>Reads recordings of one talker with the decoder, the tracker and the measures that serve streams.</summary>
internal sealed class TalkingFaceReader : IDisposable
{
    private static readonly VideoOutput Pictures = new(PixelFormat.Bgr24, Fps: TalkingFace.Fps);
    private readonly MediaFile _files = new(new MediaOptions());
    private readonly FaceDetector _detector;
    private readonly FaceMesh _mesh;

    /// <param name="models">Must hold the face models.</param>
    public TalkingFaceReader(ModelStore models) =>
        (_detector, _mesh) = (new FaceDetector(models.Get(FaceDetector.ModelName)), new FaceMesh(models.Get(FaceMesh.ModelName)));

    /// <summary>Reads one file; from any number of threads.</summary>
    /// <param name="root">Folder of the corpus.</param>
    /// <param name="set">Name of the corpus.</param>
    /// <param name="row">The recording.</param>
    /// <param name="views">How the mouth is looked at, the straight view first.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<TalkingFace> ReadAsync(
        string root, string set, CorpusManifestRow row, IReadOnlyList<MouthView> views, CancellationToken cancellationToken)
    {
        var tracker = new FaceTracker(_detector, _mesh, new FaceTrackerOptions { MaxFaces = 1 });
        using var reader = new PictureReader();
        using var texture = new MouthTexture();
        var (samples, measured) = (new List<short>(), new List<float[]?>());
        await foreach (var item in _files.DecodeAsync(
            System.IO.Path.Combine(root, row.Path), video: Pictures, cancellationToken: cancellationToken))
        {
            if (item is AudioBlock block)
            {
                while (samples.Count < block.FirstSample) samples.Add(0);
                foreach (var sample in block.Samples.Span)
                    samples.Add((short)Math.Clamp(MathF.Round(sample * 32768), short.MinValue, short.MaxValue));
            }
            else if (item is VideoFrame frame)
            {
                var pixels = reader.ReadPixels(frame.Pixels.Span, frame.Width, frame.Height, 3);
                frame.Release();
                measured.Add(tracker.Next(pixels, frame.Time) is [var face, ..] ? Measure(texture, pixels, face, views) : null);
            }
        }
        // Gaps repeat the picture before them, the beginning the first that there is.
        var held = measured.Find(values => values is not null) ?? new float[views.Count * MouthFeatures.RawValues];
        var all = views.Select(_ => new float[measured.Count * MouthFeatures.RawValues]).ToArray();
        for (var picture = 0; picture < measured.Count; picture++)
        {
            held = measured[picture] ?? held;
            for (var view = 0; view < views.Count; view++)
                held.AsSpan(view * MouthFeatures.RawValues, MouthFeatures.RawValues)
                    .CopyTo(all[view].AsSpan(picture * MouthFeatures.RawValues));
        }
        return new TalkingFace(
            set, row.Path, row.Speaker, row.Label, [.. samples], [.. measured.Select(values => values is not null)], all);
    }

    public void Dispose()
    {
        _detector.Dispose();
        _mesh.Dispose();
    }

    private static float[] Measure(MouthTexture texture, Mat pixels, TrackedFace face, IReadOnlyList<MouthView> views)
    {
        var values = new float[views.Count * MouthFeatures.RawValues];
        for (var view = 0; view < views.Count; view++)
        {
            var own = values.AsSpan(view * MouthFeatures.RawValues, MouthFeatures.RawValues);
            MouthFeatures.Measure(texture, pixels, face, views[view], own);
        }
        return values;
    }
}
