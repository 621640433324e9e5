using System.Text.Json.Serialization;

namespace AVServer.Runtime;

/// <summary>One file of a model.</summary>
/// <param name="Sha256">SHA-256 of its bytes, 64 lower-case hexadecimal digits.</param>
/// <param name="Bytes">Its length.</param>
public sealed record ModelFile(string Sha256, long Bytes);

/// <summary>What the rows of the input are; the names are Kaldi's.</summary>
/// <param name="Type"><c>fbank</c>, or <c>samples</c> for a model with its own front end.</param>
/// <param name="SampleRateHz">Rate of the sound.</param>
/// <param name="FrameLengthMs">Length of the analysis window.</param>
/// <param name="HopMs">Step between two frames.</param>
/// <param name="Mels">Values a frame.</param>
/// <param name="LowHz">Lower edge of the mel bank.</param>
/// <param name="HighHz">Upper edge of the mel bank.</param>
/// <param name="SnipEdges">Whether the first frame begins at the first sample (true), or is centred by reflection (false).</param>
public sealed record FeatureSpec(
    string Type,
    int SampleRateHz = 16000,
    double FrameLengthMs = 25,
    double HopMs = 10,
    int Mels = 80,
    double LowHz = 20,
    double HighHz = 8000,
    bool SnipEdges = true);

/// <summary>An input or output of the graph.</summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="Shape">Its axes; -1 where the size is free, as the batch is.</param>
public sealed record TensorSpec(string Name, IReadOnlyList<int> Shape);

/// <summary>How a streaming model steps.</summary>
/// <param name="ChunkFrames">Feature frames that one step takes.</param>
/// <param name="Stride">Feature frames for one posterior; divides <paramref name="ChunkFrames"/>.</param>
/// <param name="CacheShape">Axes of one stream's cache, without the batch; all zero before the first frame.</param>
/// <param name="ReceptiveFieldFrames">Feature frames that one posterior depends on; the largest number where all that came before
/// count.</param>
public sealed record StreamingSpec(int ChunkFrames, int Stride, IReadOnlyList<int> CacheShape, int ReceptiveFieldFrames)
{
    /// <summary>Posteriors (of each keyword) that one step gives.</summary>
    [JsonIgnore]
    public int OutputsPerChunk => ChunkFrames / Stride;

    /// <summary>Values in one stream's cache.</summary>
    [JsonIgnore]
    public int CacheLength => CacheShape.Aggregate(1, (product, axis) => checked(product * axis));
}

/// <summary>The first stage that a verifier was measured behind.</summary>
/// <param name="Name">Name of the spotter.</param>
/// <param name="Threshold">The spotter's threshold then, by keyword.</param>
/// <param name="FalseAlarmsPerHour">Candidates per hour of filler at that threshold.</param>
/// <param name="Weight">What the spotter's log-odds, at their highest in the steps of a watch, count beside the verifier's in the posterior
/// that decides; 0: nothing.</param>
public sealed record FirstStageSpec(string Name, IReadOnlyDictionary<string, float> Threshold, double FalseAlarmsPerHour, float Weight = 0);

/// <summary>Where on its DET curve a model runs.</summary>
/// <param name="FalseAlarmsPerHour">Target of triggers per hour of filler.</param>
public sealed record OperatingPoint(double FalseAlarmsPerHour);

/// <summary>How posteriors become triggers; the calibration was measured with these.</summary>
/// <param name="SmoothingFrames">Posteriors in the moving average; 1 is none.</param>
/// <param name="RefractorySeconds">Media time after a trigger with no new one.</param>
/// <param name="VerifySteps">Verifier only: at how many steps (80 ms each) a candidate is judged before it is dropped.</param>
public sealed record TriggerSpec(int SmoothingFrames = 1, double RefractorySeconds = 1, int VerifySteps = 5);
