using System.Security.Cryptography;

namespace AVServer.TestKit;

/// <summary>
/// An audio-visual spotter that hears loudness and sees brightness. Lips: the feature of a frame is its mean brightness, two frames late as
/// the contract has it.
/// Posterior: the logistic function of gain × (audio present · (loudness of the last frames above the window's − audio centre) + video
/// present · (mean of the last frames' lips − lip centre) × lip weight).
/// </summary>
public sealed record FakeAudioVisual
{
    private const int Mels = 80;
    private const int AudioFrames = 256;
    private const int VideoFrames = 64;

    /// <summary>Name of model and folder.</summary>
    public string Name { get; init; } = "fake-av";

    /// <summary>Its one keyword.</summary>
    public string Keyword { get; init; } = "please";

    /// <summary>Side of the lip ROI.</summary>
    public int RoiSize { get; init; } = 16;

    /// <summary>1 gray, 3 RGB.</summary>
    public int RoiChannels { get; init; } = 1;

    /// <summary>Values of a lip feature; all the same.</summary>
    public int LipFeatures { get; init; } = 2;

    /// <summary>Video frames at the window's end that count, and four times as many fbank frames.</summary>
    public int Recent { get; init; } = 10;

    /// <summary>Steepness of the logistic function.</summary>
    public float Gain { get; init; } = 0.5f;

    /// <summary>Mean fbank value of the last frames less that of the whole window, at which sound says neither yes nor no.</summary>
    public float AudioCentre { get; init; } = 2;

    /// <summary>Brightness at which lips say neither yes nor no.</summary>
    public float LipCentre { get; init; } = 0.5f;

    /// <summary>How much a unit of brightness counts beside a unit of fbank.</summary>
    public float LipWeight { get; init; }

    /// <summary>Posterior that counts as said, for each modality.</summary>
    public double Threshold { get; init; } = 0.8;

    /// <summary>Media time after a trigger with no new one.</summary>
    public double RefractorySeconds { get; init; } = 1.5;

    /// <summary>Media time between two judged windows.</summary>
    public int StrideMs { get; init; } = 160;

    /// <summary>Writes the model's folder.</summary>
    /// <param name="modelsFolder">Folder of all models.</param>
    /// <returns>The model's own folder.</returns>
    public string Write(string modelsFolder)
    {
        var (graph, lips) = (Graph(), Lips());
        var folder = FakeModelFolder.Write(modelsFolder, Name, graph, new Dictionary<string, object?>
        {
            ["kind"] = "audioVisualSpotter",
            ["files"] = new Dictionary<string, object> { ["model.onnx"] = Entry(graph), ["lips.onnx"] = Entry(lips) },
            ["features"] = new
            {
                type = "fbank",
                sampleRateHz = 16000,
                frameLengthMs = 25,
                hopMs = 10,
                mels = Mels,
                lowHz = 20,
                highHz = 8000,
                snipEdges = true
            },
            ["inputs"] = new object[]
            {
                FakeModelFolder.Tensor("fbank", -1, AudioFrames, Mels), FakeModelFolder.Tensor("lips", -1, VideoFrames, LipFeatures),
                FakeModelFolder.Tensor("presence", -1, 2),
            },
            ["outputs"] = new object[] { FakeModelFolder.Tensor("posterior", -1, 1) },
            ["labels"] = new[] { Keyword },
            ["audioVisual"] = new
            {
                roiSize = RoiSize,
                roiChannels = RoiChannels,
                lipFeatures = LipFeatures,
                strideMs = StrideMs,
                calibration = new[] { "audio", "visual", "audioVisual" }
                    .ToDictionary(modality => modality, _ => FakeModelFolder.Calibration(Threshold)),
            },
            ["operatingPoint"] = new { falseAlarmsPerHour = 1 },
            ["trigger"] = new { refractorySeconds = RefractorySeconds },
        });
        File.WriteAllBytes(Path.Combine(folder, "lips.onnx"), lips);
        return folder;
    }

    /// <summary>Writes the model's folder, and beside it links to the shipped models that find faces.</summary>
    /// <param name="modelsFolder">Folder of all models.</param>
    public void WriteWithFaceModels(string modelsFolder)
    {
        Write(modelsFolder);
        foreach (var name in (string[])["face-detector", "face-mesh"])
            Directory.CreateSymbolicLink(Path.Combine(modelsFolder, name), Path.Combine(TestPaths.Models, name));
    }

    /// <summary>The posterior that the graph gives, computed here.</summary>
    /// <param name="rise">Mean of the counted fbank frames less that of all; null: no sound.</param>
    /// <param name="lipMean">Mean of the counted lip features; null: no lips.</param>
    public float Posterior(float? rise, float? lipMean) =>
        1 / (1 + MathF.Exp(
            -Gain * ((rise is { } heard ? heard - AudioCentre : 0) + (lipMean is { } seen ? (seen - LipCentre) * LipWeight : 0))));

    private static object Entry(byte[] bytes) => new { sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes = bytes.Length };

    private byte[] Lips() => new OnnxBuilder()
        .Input("frame", -1, RoiChannels, 1, RoiSize, RoiSize)
        .Input("cache", -1, RoiChannels, 4, RoiSize, RoiSize)
        .Constant("zero", [1], 0L).Constant("one", [1], 1L).Constant("two", [1], 2L).Constant("three", [1], 3L).Constant("five", [1], 5L)
        .Constant("width", [3], 1L, 1L, LipFeatures)
        .Node("Concat", "cache frame", "seen", [("axis", [2])])
        .Node("Slice", "seen one five two", "nextCache")
        .Node("Slice", "seen two three two", "middle")
        .Node("ReduceMean", "middle", "brightness", [("axes", [1, 3, 4]), ("keepdims", [0])])
        .Node("Unsqueeze", "brightness two", "column")
        .Node("Tile", "column width", "features")
        .Output("features", -1, 1, LipFeatures)
        .Output("nextCache", -1, RoiChannels, 4, RoiSize, RoiSize)
        .Build();

    private byte[] Graph() => new OnnxBuilder()
        .Input("fbank", -1, AudioFrames, Mels)
        .Input("lips", -1, VideoFrames, LipFeatures)
        .Input("presence", -1, 2)
        .Constant("one", [1], 1L)
        .Constant("zero", [1], 0L)
        .Constant("two", [1], 2L)
        .Constant("fbankFrom", [1], (long)(AudioFrames - (4 * Recent))).Constant("fbankTo", [1], (long)AudioFrames)
        .Constant("lipsFrom", [1], (long)(VideoFrames - Recent)).Constant("lipsTo", [1], (long)VideoFrames)
        .Constant("audioCentre", [1], AudioCentre)
        .Constant("lipCentre", [1], LipCentre)
        .Constant("lipWeight", [1], LipWeight)
        .Constant("gain", [1], Gain)
        .Node("Slice", "fbank fbankFrom fbankTo one", "fbankTail")
        .Node("ReduceMean", "fbankTail", "heard", [("axes", [1, 2]), ("keepdims", [0])])
        .Node("ReduceMean", "fbank", "heardInAll", [("axes", [1, 2]), ("keepdims", [0])])
        .Node("Sub", "heard heardInAll", "rise")
        .Node("Sub", "rise audioCentre", "heardCentred")
        .Node("Unsqueeze", "heardCentred one", "heardColumn")
        .Node("Slice", "lips lipsFrom lipsTo one", "lipsTail")
        .Node("ReduceMean", "lipsTail", "seen", [("axes", [1, 2]), ("keepdims", [0])])
        .Node("Sub", "seen lipCentre", "seenCentred")
        .Node("Mul", "seenCentred lipWeight", "seenWeighted")
        .Node("Unsqueeze", "seenWeighted one", "seenColumn")
        .Node("Slice", "presence zero one one", "audioPresent")
        .Node("Slice", "presence one two one", "videoPresent")
        .Node("Mul", "heardColumn audioPresent", "audioTerm")
        .Node("Mul", "seenColumn videoPresent", "videoTerm")
        .Node("Add", "audioTerm videoTerm", "sum")
        .Node("Mul", "sum gain", "logit")
        .Node("Sigmoid", "logit", "posterior")
        .Output("posterior", -1, 1)
        .Build();
}
