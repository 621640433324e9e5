using AVServer.Media;
using AVServer.Runtime;
using AVServer.Vision;
using Microsoft.Extensions.Options;

namespace AVServer.Pipeline;

/// <summary>The models that find and follow faces, loaded when the first stream with pictures needs them and shared by all.</summary>
/// <param name="store">Has them under their names.</param>
/// <param name="media">Where JPEG pictures are decoded; null: as it is by default.</param>
internal sealed class FaceModels(ModelStore store, IOptions<MediaOptions>? media = null) : IDisposable
{
    // Of 25 pictures a second every other one: what lies between is read from the two beside it, at no cost in accuracy (please-av's
    // evaluation).
    private static readonly FaceTrackerOptions Tracking = new() { SteadyInterval = TimeSpan.FromMilliseconds(60) };

    private readonly Lazy<FaceDetector> _detector = new(() => new FaceDetector(store.Get(FaceDetector.ModelName)));
    private readonly Lazy<FaceMesh> _mesh = new(() => new FaceMesh(store.Get(FaceMesh.ModelName)));

    // Looking at pictures is by far the costliest work of all: more at once than there are cores would only keep the sound of every stream
    // waiting longer.
    private readonly SemaphoreSlim _turns = new(Environment.ProcessorCount);

    /// <summary>Names that a store must have where an audio-visual model listens.</summary>
    public static IReadOnlyList<string> Names { get; } = [FaceDetector.ModelName, FaceMesh.ModelName];

    /// <summary>A tracker for one stream.</summary>
    public FaceTracker CreateTracker() => new(_detector.Value, _mesh.Value, Tracking);

    /// <summary>A decoder of JPEG pictures for one stream; the caller's to dispose.</summary>
    public JpegDecoder CreateJpegDecoder() => new(media?.Value ?? new MediaOptions());

    /// <summary>Waits for a turn to look at a picture.</summary>
    public Task EnterAsync(CancellationToken cancellationToken) => _turns.WaitAsync(cancellationToken);

    /// <summary>Ends the turn.</summary>
    public void Exit() => _turns.Release();

    public void Dispose()
    {
        if (_detector.IsValueCreated) _detector.Value.Dispose();
        if (_mesh.IsValueCreated) _mesh.Value.Dispose();
        _turns.Dispose();
    }
}
