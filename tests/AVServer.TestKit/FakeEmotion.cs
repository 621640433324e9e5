namespace AVServer.TestKit;

/// <summary>
/// An emotion model that takes loudness for anger and words for happiness. With h the mean of the valid features and w the sum of the word
/// vectors ÷ number of words, the logits are (h − centre) × gain for angry, w × word gain for happy, the opposite of angry's for sad, the
/// sum of the descriptors for neutral (0 without).
/// </summary>
public sealed record FakeEmotion
{
    /// <summary>Its labels.</summary>
    public static IReadOnlyList<string> Labels { get; } = ["angry", "happy", "sad", "neutral"];

    /// <summary>Name of model and folder.</summary>
    public string Name { get; init; } = "emotion";

    /// <summary>
    /// Whose features it takes: <c>mfccDeltas</c> (96 values), <c>voice</c> (96, and <see cref="Descriptors"/>) or <c>lightSerNet</c> (40).
    /// </summary>
    public string FrontEnd { get; init; } = "mfccDeltas";

    /// <summary>Name of the word vectors that it reads; null: it only hears.</summary>
    public string? WordVectors { get; init; } = "glove-100d";

    /// <summary>Name of the table whose values stand behind the vectors; its graph takes none, so that a pipeline refuses it.</summary>
    public string? WordVotes { get; init; }

    /// <summary>Values in a row of features.</summary>
    public int Dim => FrontEnd == "lightSerNet" ? 40 : 96;

    /// <summary>Values that describe an utterance as a whole, for the front end <c>voice</c>.</summary>
    public int Descriptors { get; init; }

    /// <summary>Mean feature at which it is neither angry nor sad.</summary>
    public float Centre { get; init; }

    /// <summary>Steepness by sound.</summary>
    public float Gain { get; init; } = 1;

    /// <summary>Steepness by words.</summary>
    public float WordGain { get; init; } = 1;

    /// <summary>Longest utterance.</summary>
    public double MaxSeconds { get; init; } = 7.5;

    /// <summary>Divides the logits.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Posterior below which it is unsure.</summary>
    public double MinimumConfidence { get; init; } = 0.4;

    /// <summary>Writes the model's folder.</summary>
    /// <param name="modelsFolder">Folder of all models.</param>
    /// <returns>The model's own folder.</returns>
    public string Write(string modelsFolder) => FakeModelFolder.Write(modelsFolder, Name, Graph(), new Dictionary<string, object?>
    {
        ["kind"] = "emotion",
        ["inputs"] = (object[])
        [
            FakeModelFolder.Tensor("features", -1, -1, Dim), FakeModelFolder.Tensor("frames", -1),
            .. Descriptors == 0 ? (object[])[] : [FakeModelFolder.Tensor("descriptors", -1, Descriptors)],
            .. WordVectors is null ? (object[])[]
                : [FakeModelFolder.Tensor("words", -1, 128, 100), FakeModelFolder.Tensor("wordCount", -1)],
        ],
        ["outputs"] = new object[] { FakeModelFolder.Tensor("logits", -1, Labels.Count) },
        ["labels"] = Labels,
        ["emotion"] = new
        {
            frontEnd = FrontEnd,
            maxSeconds = MaxSeconds,
            maxWords = 128,
            wordVectors = WordVectors,
            temperature = Temperature,
            minimumConfidence = MinimumConfidence,
            wordVotes = WordVotes
        },
    });

    /// <summary>Writes the model's folder, and beside it links to the shipped models that an emotion model stands on.</summary>
    /// <param name="modelsFolder">Folder of all models.</param>
    public void WriteWithVoiceActivity(string modelsFolder)
    {
        Write(modelsFolder);
        foreach (var name in (string[])["voice-activity", "glove-100d"])
            Directory.CreateSymbolicLink(Path.Combine(modelsFolder, name), Path.Combine(TestPaths.Models, name));
    }

    /// <summary>The posteriors that the graph's logits give, computed here.</summary>
    /// <param name="featureMean">Mean of all features of the utterance.</param>
    /// <param name="wordMean">Sum of all values of its words' vectors ÷ number of words; 0 without.</param>
    /// <param name="descriptorSum">Sum of its descriptors.</param>
    public float[] Posteriors(float featureMean, float wordMean, float descriptorSum = 0)
    {
        var heard = (featureMean - Centre) * Gain;
        double[] shares =
            [Math.Exp(heard / Temperature), Math.Exp(wordMean * WordGain / Temperature), Math.Exp(-heard / Temperature),
                Math.Exp(descriptorSum / Temperature)];
        return Array.ConvertAll(shares, share => (float)(share / shares.Sum()));
    }

    private byte[] Graph()
    {
        var graph = new OnnxBuilder()
            .Input("features", -1, -1, Dim)
            .IntegerInput("frames", -1)
            .Constant("one", [1], 1L)
            .Constant("inRow", [2], 1L, 2L)
            .Constant("dim", [1], (float)Dim)
            .Constant("unit", [1], 1f)
            .Constant("nothing", [1], 0f)
            .Constant("centre", [1], Centre)
            .Constant("gain", [1], Gain)
            .Constant("wordGain", [1], WordGain)
            .Node("ReduceSum", "features inRow", "sum", [("keepdims", [0])])
            .Node("Cast", "frames", "frameCount", [("to", [1])])
            .Node("Mul", "frameCount dim", "values")
            .Node("Div", "sum values", "mean")
            .Node("Sub", "mean centre", "centred")
            .Node("Mul", "centred gain", "angry")
            .Node("Neg", "angry", "sad");
        if (Descriptors == 0) graph.Node("Mul", "angry nothing", "neutral");
        else graph.Input("descriptors", -1, Descriptors).Node("ReduceSum", "descriptors one", "neutral", [("keepdims", [0])]);
        if (WordVectors is null)
        {
            graph.Node("Mul", "angry nothing", "happy");
        }
        else
        {
            graph.Input("words", -1, 128, 100)
                .IntegerInput("wordCount", -1)
                .Node("ReduceSum", "words inRow", "wordSum", [("keepdims", [0])])
                .Node("Cast", "wordCount", "count", [("to", [1])])
                .Node("Max", "count unit", "atLeastOne")
                .Node("Div", "wordSum atLeastOne", "wordMean")
                .Node("Mul", "wordMean wordGain", "happy");
        }
        foreach (var label in Labels) graph.Node("Unsqueeze", $"{label} one", $"{label}Column");
        return graph
            .Node("Concat", string.Join(' ', Labels.Select(label => $"{label}Column")), "logits", [("axis", [1])])
            .Output("logits", -1, Labels.Count)
            .Build();
    }
}
