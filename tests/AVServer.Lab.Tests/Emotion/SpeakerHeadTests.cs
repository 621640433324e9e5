using System.Text.Json;
using AVServer.Detection;
using AVServer.Lab.Export;
using AVServer.Lab.Training.Emotion;
using AVServer.Networks.Emotion;
using AVServer.Runtime;
using AVServer.TestKit;
using static TorchSharp.torch;

namespace AVServer.Lab.Tests.Emotion;

/// <summary>The head behind the speech encoder against NumPy and scikit-learn, as a definition and as the graph that is shipped.</summary>
[Trait("Category", "golden")]
public sealed class SpeakerHeadTests
{
    private const float LogitTolerance = 1e-4f;
    private const float FitTolerance = 2e-3f;

    private static readonly GoldenHead Given = JsonSerializer.Deserialize<GoldenHead>(
        File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "tests", "golden", "emotion-head", "head.json")),
        JsonSerializerOptions.Web)!;

    [Fact]
    public void Logits_are_those_of_independent_code()
    {
        using var scope = NewDisposeScope();
        var head = Head();
        foreach (var example in Given.Cases)
        {
            var got = head.Judge(tensor(example.Description).view(1, -1), tensor(Before(example)).view(1, -1), Votes(example)).data<float>()
                .ToArray();
            Assert.All(example.Logits.Zip(got), pair => Assert.Equal(pair.First, pair.Second, LogitTolerance));
        }
    }

    [Fact]
    public void Exported_graph_gives_the_logits_of_independent_code()
    {
        using var scope = NewDisposeScope();
        var exported = ModelExporter.Export(Head());
        Assert.InRange(exported.MaxDifference, 0, 2e-5f);
        Assert.Equal(["descriptors", "speaker", "words", "wordCount"], exported.Inputs.Select(input => input.Name));
        using var session = SessionFactory.Open(exported.Graph);
        foreach (var example in Given.Cases)
        {
            var words = new float[128 * Given.Labels];
            example.Votes.SelectMany(vote => vote).ToArray().CopyTo(words, 0);
            Microsoft.ML.OnnxRuntime.OrtValue[] inputs =
            [
                Value(example.Description, 1, Given.Values), Value(Before(example), 1, (2 * Given.Values) + 1),
                Value(words, 1, 128, Given.Labels),
                Microsoft.ML.OnnxRuntime.OrtValue.CreateTensorValueFromMemory(new long[] { example.Votes.Length }, [1]),
            ];
            using var options = new Microsoft.ML.OnnxRuntime.RunOptions();
            using var results = session.Run(options, [.. exported.Inputs.Select(input => input.Name)], inputs, ["logits"]);
            Assert.All(
                example.Logits.Zip(results[0].GetTensorDataAsSpan<float>().ToArray()),
                pair => Assert.Equal(pair.First, pair.Second, LogitTolerance));
            foreach (var input in inputs) input.Dispose();
        }
    }

    [Fact]
    public void Words_move_no_logit_by_more_than_their_bound()
    {
        using var scope = NewDisposeScope();
        var head = Head();
        var (description, speaker) = (tensor(Given.Cases[0].Description).view(1, -1), zeros(1, (2 * Given.Values) + 1));
        var alone = head.forward(description, speaker).data<float>().ToArray();
        foreach (var loudest in (float[])[1, 100, -1e6f])
        {
            var told = head.Judge(description, speaker, tensor(new[] { loudest, -loudest, 0, 3 }).view(1, 1, -1)).data<float>().ToArray();
            Assert.All(alone.Zip(told), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, (float)Given.WordBound + 1e-4f));
        }
    }

    [Fact]
    public void Fit_finds_the_weights_that_another_solver_finds()
    {
        using var scope = NewDisposeScope();
        var fit = Given.Fit;
        var (weights, biases) = SoftmaxRegression.Fit(tensor(fit.Examples).view(fit.Labels.Length, -1), fit.Labels, 3, fit.Decay);

        Assert.All(fit.Weights.Zip(weights), pair => Assert.Equal(pair.First, pair.Second, FitTolerance));
        // Biases are free to move together.
        Assert.All(fit.Biases.Zip(biases), pair => Assert.Equal(pair.First, pair.Second - biases.Average(), FitTolerance));
    }

    [Fact]
    public void Recipe_that_cannot_be_fitted_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "recipe.json");
        var good = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "src", "AVServer.Lab", "Recipes", "emotion.json"));
        Assert.Equal(
            "emotion", SpeakerHeadRecipe.Load(
                Path.Combine(TestPaths.RepositoryRoot, "src", "AVServer.Lab", "Recipes", "emotion.json")).Name);
        foreach (var (from, to) in ((string, string)[])[("\"decay\": 0.2", "\"decay\": 0"), ("[0, 10, 30]", "[]"),
            ("\"seed\"", "\"sead\"")])
        {
            Assert.Contains(from, good, StringComparison.Ordinal);
            File.WriteAllText(path, good.Replace(from, to, StringComparison.Ordinal));
            Assert.Throws<JsonException>(() => SpeakerHeadRecipe.Load(path));
        }
    }

    private static SpeakerHead Head()
    {
        var head = new SpeakerHead(new SpeakerHeadConfig(Given.Values, Given.Labels, Given.PriorSeconds, WordBound: Given.WordBound));
        head.Set((Given.Mean, Given.Istd), Given.Weights, Given.Biases);
        return head;
    }

    private static float[] Before(GoldenCase example)
    {
        var heard = new SpeakerStatistics(Given.Values);
        foreach (var (values, seconds) in example.Before.Zip(example.Seconds)) heard.Add(values, seconds);
        return heard.ToArray();
    }

    private static Tensor Votes(GoldenCase example) => example.Votes.Length == 0
        ? zeros(1, 1, Given.Labels)
        : tensor(example.Votes.SelectMany(vote => vote).ToArray()).view(1, example.Votes.Length, Given.Labels);

    private static Microsoft.ML.OnnxRuntime.OrtValue Value(float[] values, params long[] shape) =>
        Microsoft.ML.OnnxRuntime.OrtValue.CreateTensorValueFromMemory(values, shape);

    private sealed record GoldenHead(
        int Values, int Labels, double PriorSeconds, double WordBound, float[] Mean, float[] Istd, float[] Weights, float[] Biases,
        GoldenCase[] Cases, GoldenFit Fit);

    private sealed record GoldenCase(float[] Description, float[][] Before, double[] Seconds, float[][] Votes, float[] Logits);

    private sealed record GoldenFit(double Decay, float[] Examples, int[] Labels, float[] Weights, float[] Biases);
}
