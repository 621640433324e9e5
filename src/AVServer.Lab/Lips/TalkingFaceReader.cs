using AVServer.Lab.Data;
using AVServer.Lab.Features;
using AVServer.Runtime;
using AVServer.Vision;
using OpenCvSharp;

namespace AVServer.Lab.Lips;

/// <summary>Reads recordings of one talker with the decoder, the tracker and the measures that serve streams.</summary>
/// <param name="models">Must hold the face models.</param>
internal sealed class TalkingFaceReader(ModelStore models) : IDisposable
{
    private readonly FaceRecordings _recordings = new(models, TalkingFace.Fps);

    /// <summary>Reads one file; from any number of threads.</summary>
    /// <param name="root">Folder of the corpus.</param>
    /// <param name="set">Name of the corpus.</param>
    /// <param name="row">The recording.</param>
    /// <param name="views">How the mouth is looked at, the straight view first.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<TalkingFace> ReadAsync(
        string root, string set, CorpusManifestRow row, IReadOnlyList<MouthView> views, CancellationToken cancellationToken)
    {
        using var texture = new MouthTexture();
        var (sound, measured) = await _recordings.ReadAsync(
            System.IO.Path.Combine(root, row.Path), (pixels, face) => Measure(texture, pixels, face, views), cancellationToken);
        var held = FaceRecordings.Hold(measured, new float[views.Count * MouthFeatures.RawValues]);
        var all = views.Select(_ => new float[measured.Count * MouthFeatures.RawValues]).ToArray();
        for (var picture = 0; picture < measured.Count; picture++)
            for (var view = 0; view < views.Count; view++)
                held[picture].AsSpan(view * MouthFeatures.RawValues, MouthFeatures.RawValues)
                    .CopyTo(all[view].AsSpan(picture * MouthFeatures.RawValues));
        return new TalkingFace(
            set, row.Path, row.Speaker, row.Label, sound, [.. measured.Select(values => values is not null)], all);
    }

    public void Dispose() => _recordings.Dispose();

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
