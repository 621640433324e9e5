namespace AVServer.TestKit;

/// <summary>
/// A keyword spotter that hears loudness: the posterior is the logistic function of (mean of a stride's features + half the cache − centre)
/// × gain, and the cache is the chunk's mean plus half the cache before. So it is stateful, cheap, and easy to compute by hand.
/// </summary>
public sealed record FakeSpotter
{
    /// <summary>Name of model and folder.</summary>
    public string Name { get; init; } = "fake-spotter";

    /// <summary>Keywords; keyword k's gain is (k + 1) × <see cref="Gain"/>.</summary>
    public string[] Keywords { get; init; } = ["computer"];

    /// <summary>Values in a feature frame.</summary>
    public int Mels { get; init; } = 80;

    /// <summary>Frames in a step.</summary>
    public int ChunkFrames { get; init; } = 8;

    /// <summary>Frames for one posterior.</summary>
    public int Stride { get; init; } = 4;

    /// <summary>Steepness of the logistic function.</summary>
    public float Gain { get; init; } = 1;

    /// <summary>Mean feature at which the posterior is one half, without a past.</summary>
    public float Centre { get; init; }

    /// <summary>The graph fails to run, as a broken model might, where a chunk's mean reaches this.</summary>
    public float FailsFrom { get; init; } = 1e6f;

    /// <summary>Posterior that counts as said.</summary>
    public double Threshold { get; init; } = 0.5;

    /// <summary>Media time after a trigger with no new one.</summary>
    public double RefractorySeconds { get; init; } = 1;

    /// <summary>Writes the model's folder.</summary>
    /// <param name="modelsFolder">Folder of all models.</param>
    /// <returns>The model's own folder.</returns>
    public string Write(string modelsFolder) => FakeModelFolder.Write(modelsFolder, Name, Graph(), new Dictionary<string, object?>
    {
        ["kind"] = "keywordSpotter",
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
        ["inputs"] = new object[] { FakeModelFolder.Tensor("features", -1, ChunkFrames, Mels), FakeModelFolder.Tensor("cache", -1, 1, 1) },
        ["outputs"] =
            new object[] { FakeModelFolder.Tensor("posteriors", -1, ChunkFrames / Stride, Keywords.Length),
                FakeModelFolder.Tensor("nextCache", -1, 1, 1) },
        ["streaming"] = new { chunkFrames = ChunkFrames, stride = Stride, cacheShape = new[] { 1, 1 }, receptiveFieldFrames = 64 },
        ["labels"] = Keywords,
        ["calibration"] = Keywords.ToDictionary(keyword => keyword, _ => FakeModelFolder.Calibration(Threshold)),
        ["operatingPoint"] = new { falseAlarmsPerHour = 1 },
        ["trigger"] = new { smoothingFrames = 1, refractorySeconds = RefractorySeconds, verifySteps = 5 },
    });

    /// <summary>The posterior that the graph gives, computed here.</summary>
    public float Posterior(float strideMean, float cache, int keyword = 0) =>
        1 / (1 + MathF.Exp(-(keyword + 1) * Gain * (strideMean + (cache / 2) - Centre)));

    /// <summary>The bytes of <c>model.onnx</c>.</summary>
    public byte[] Graph() => new OnnxBuilder()
        .Input("features", -1, ChunkFrames, Mels)
        .Input("cache", -1, 1, 1)
        .Constant("strides", [3], -1L, ChunkFrames / Stride, Stride * Mels)
        .Constant("half", [1], 0.5f)
        .Constant("centre", [1], Centre)
        .Constant("gains", [Keywords.Length], [.. Keywords.Select((_, k) => (k + 1) * Gain)])
        .Node("Reshape", "features strides", "grouped")
        .Node("ReduceMean", "grouped", "strideMeans", [("axes", [2]), ("keepdims", [1])])
        .Node("ReduceMean", "strideMeans", "chunkMean", [("axes", [1]), ("keepdims", [1])])
        // A table of one entry: any other index is an error at run time.
        .Constant("table", [1], 0f)
        .Constant("limit", [1], FailsFrom)
        .Node("Div", "chunkMean limit", "excess")
        .Node("Cast", "excess", "index", [("to", [7])])
        .Node("Gather", "table index", "nothing")
        .Node("Mul", "cache half", "past")
        .Node("Add", "past nothing", "checkedPast")
        .Node("Add", "chunkMean checkedPast", "nextCache")
        .Node("Add", "strideMeans checkedPast", "heard")
        .Node("Sub", "heard centre", "centred")
        .Node("Mul", "centred gains", "logits")
        .Node("Sigmoid", "logits", "posteriors")
        .Output("posteriors", -1, ChunkFrames / Stride, Keywords.Length)
        .Output("nextCache", -1, 1, 1)
        .Build();
}
