namespace AVServer.TestKit;

/// <summary>
/// A verifier whose posterior is the logistic function of (mean of the window − centre) × gain, and whose word always has the same place.
/// </summary>
public sealed record FakeVerifier
{
    private const int Dim = 96;

    /// <summary>Name of model and folder.</summary>
    public string Name { get; init; } = "fake-verifier";

    /// <summary>Its one keyword.</summary>
    public string Keyword { get; init; } = "computer";

    /// <summary>Name of the spotter in front of it.</summary>
    public string FirstStage { get; init; } = "fake-spotter";

    /// <summary>What the spotter's log-odds count beside its own.</summary>
    public float FirstWeight { get; init; }

    /// <summary>Name of the embedding that it stands on.</summary>
    public string Embedding { get; init; } = "speech-embedding";

    /// <summary>Vectors in a window.</summary>
    public int WindowSteps { get; init; } = 16;

    /// <summary>Steepness of the logistic function; 0 accepts half-heartedly whatever comes.</summary>
    public float Gain { get; init; } = 1;

    /// <summary>Mean at which the posterior is one half.</summary>
    public float Centre { get; init; }

    /// <summary>Posterior that counts as said.</summary>
    public double Threshold { get; init; } = 0.5;

    /// <summary>What it says of the word's beginning.</summary>
    public float SecondsSinceStart { get; init; } = 0.7f;

    /// <summary>What it says of the word's end.</summary>
    public float SecondsSinceEnd { get; init; } = 0.1f;

    /// <summary>Writes the model's folder.</summary>
    /// <param name="modelsFolder">Folder of all models.</param>
    /// <returns>The model's own folder.</returns>
    public string Write(string modelsFolder) => FakeModelFolder.Write(modelsFolder, Name, Graph(), new Dictionary<string, object?>
    {
        ["kind"] = "keywordVerifier",
        ["inputs"] = new object[] { FakeModelFolder.Tensor("embeddings", -1, WindowSteps, Dim) },
        ["outputs"] =
            new object[] { FakeModelFolder.Tensor("posterior", -1), FakeModelFolder.Tensor("secondsSinceStart", -1),
                FakeModelFolder.Tensor("secondsSinceEnd", -1) },
        ["labels"] = new[] { Keyword },
        ["firstStage"] = new
        {
            name = FirstStage,
            threshold = new Dictionary<string, float> { [Keyword] = 0.5f },
            falseAlarmsPerHour = 60,
            weight = FirstWeight
        },
        ["embedding"] = Embedding,
        ["windowSteps"] = WindowSteps,
        ["calibration"] = new Dictionary<string, object> { [Keyword] = FakeModelFolder.Calibration(Threshold) },
        ["operatingPoint"] = new { falseAlarmsPerHour = 1 },
    });

    private byte[] Graph() => new OnnxBuilder()
        .Input("embeddings", -1, WindowSteps, Dim)
        .Constant("centre", [1], Centre)
        .Constant("gain", [1], Gain)
        .Constant("zero", [1], 0f)
        .Constant("start", [1], SecondsSinceStart)
        .Constant("end", [1], SecondsSinceEnd)
        .Node("ReduceMean", "embeddings", "mean", [("axes", [1, 2]), ("keepdims", [0])])
        .Node("Sub", "mean centre", "centred")
        .Node("Mul", "centred gain", "logit")
        .Node("Sigmoid", "logit", "posterior")
        .Node("Mul", "mean zero", "nothing")
        .Node("Add", "nothing start", "secondsSinceStart")
        .Node("Add", "nothing end", "secondsSinceEnd")
        .Output("posterior", -1)
        .Output("secondsSinceStart", -1)
        .Output("secondsSinceEnd", -1)
        .Build();
}
