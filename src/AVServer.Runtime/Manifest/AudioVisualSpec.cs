using System.Text.Json.Serialization;

namespace AVServer.Runtime;

/// <summary>An audio-visual spotter's window, its lip encoder (<see cref="AudioVisualFiles.Lips"/>) and its thresholds.</summary>
/// <param name="RoiSize">Side of the lip ROI, pixels.</param>
/// <param name="RoiChannels">1: luma; 3: red, green, blue. Values 0 to 1.</param>
/// <param name="LipFeatures">Values that the lip encoder gives for a video frame.</param>
/// <param name="AudioFrames">Fbank frames in a window, 10 ms each; four for each video frame.</param>
/// <param name="VideoFrames">Video frames in a window.</param>
/// <param name="FramesPerSecond">Video frames a second; 25.</param>
/// <param name="StrideMs">Media time from one judged window to the next, a multiple of 80 ms.</param>
/// <param name="WordSeconds">Typical length of the keyword, for an estimate of where it begins.</param>
/// <param name="LipMeasures">Measures of the mouth by the face's landmarks that the model takes beside a video frame's lip features: all
/// 20, or none.</param>
public sealed record AudioVisualSpec(
    int RoiSize,
    int RoiChannels,
    int LipFeatures,
    int AudioFrames = 256,
    int VideoFrames = 64,
    int FramesPerSecond = 25,
    int StrideMs = 160,
    double WordSeconds = 0.5,
    int LipMeasures = 0)
{
    /// <summary>Measures that there are.</summary>
    public const int AllLipMeasures = 20;

    /// <summary>Values that the model takes for a video frame's lips: features, then measures.</summary>
    [JsonIgnore]
    public int LipValues => LipFeatures + LipMeasures;

    /// <summary>Key of the score from sound alone.</summary>
    public const string Audio = "audio";

    /// <summary>Key of the score from lips alone.</summary>
    public const string Visual = "visual";

    /// <summary>Key of the score from both.</summary>
    public const string Both = "audioVisual";

    /// <summary>The keys of <see cref="Calibration"/>.</summary>
    public static IReadOnlyList<string> Modalities { get; } = [Audio, Visual, Both];

    /// <summary>
    /// Thresholds and what they gave, one table for each way of looking: <c>audio</c>, <c>visual</c>, <c>audioVisual</c>. All are read at
    /// the manifest's one operating point. Without a table the operator must set that threshold by hand.
    /// </summary>
    public IReadOnlyDictionary<string, CalibrationTable> Calibration { get; init; } = new Dictionary<string, CalibrationTable>();
}

/// <summary>Names of an audio-visual spotter's files beside <see cref="ModelManifest.MainFile"/>.</summary>
public static class AudioVisualFiles
{
    /// <summary>
    /// The lip encoder, a frame at a time: <c>frame</c> [B, C, 1, S, S] and <c>cache</c> [B, C, 4, S, S] → <c>features</c> [B, 1, V] and
    /// <c>nextCache</c> [B, C, 4, S, S]. The features belong to the frame two before; before a stream's first frame that frame is repeated
    /// into the cache, after its last that one follows twice.
    /// </summary>
    public const string Lips = "lips.onnx";

    /// <summary>Frames that the lip encoder keeps between two steps.</summary>
    public const int LipCacheFrames = 4;

    /// <summary>Frames by which features come after the frame that they belong to.</summary>
    public const int LipDelayFrames = 2;
}
