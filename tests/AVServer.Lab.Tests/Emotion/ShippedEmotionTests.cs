using AVServer.Evaluation;
using AVServer.Lab.Data;
using AVServer.Runtime;
using AVServer.Signal;
using AVServer.TestKit;
using Microsoft.ML.OnnxRuntime;

namespace AVServer.Lab.Tests.Emotion;

/// <summary>The shipped emotion model, from its files.</summary>
[Trait("Category", "slow")]
public sealed class ShippedEmotionTests
{
    /// <summary>Sixth letter of a recording's name in EMO-DB, in the order of the labels.</summary>
    private const string Letters = "WFTN";

    [Theory]
    [InlineData("emotion", "CC-BY-4.0")]
    [InlineData("emotion-nc", "CC-BY-NC-SA-4.0")]
    public void Manifest_is_sound_and_says_whether_the_weights_are_free(string name, string licence)
    {
        var manifest = ModelManifest.Parse(File.ReadAllText(Path.Combine(TestPaths.Models, name, ModelManifest.FileName)));
        Assert.Empty(manifest.Validate());
        Assert.Equal(ModelKind.Emotion, manifest.Kind);
        Assert.Equal(["angry", "happy", "sad", "neutral"], manifest.Labels);
        Assert.Equal(licence, manifest.Licence);
        Assert.InRange(manifest.Files.Values.Sum(file => file.Bytes), 1, 5_000_000);
        Assert.InRange(manifest.Emotion!.MinimumConfidence, 0.25, 0.9);
    }

    /// <summary>Not a measure of the model, the card has those: what training saw is what the files and the front end see now.</summary>
    [CorporaFact]
    public async Task Recordings_that_taught_it_are_recognised()
    {
        using var model = SessionFactory.Open(File.ReadAllBytes(Path.Combine(TestPaths.Models, "emotion", ModelManifest.MainFile)));
        IEmotionFrontEnd frontEnd = new VoiceFrontEnd();
        var matrix = new ConfusionMatrix(Letters.Length);
        foreach (var group in Directory.GetFiles(Path.Combine(TestPaths.Corpora!, "emodb", "audio")).Order().GroupBy(path => Letters.IndexOf(Path.GetFileName(path)[5])).Where(group => group.Key >= 0))
        {
            foreach (var path in group.Take(8))
            {
                var pcm = await ExternalProgram.RunAsync("ffmpeg", ["-v", "error", "-nostdin", "-i", path, "-ac", "1", "-ar", "16000", "-f", "f32le", "-"], CancellationToken.None);
                var logits = Logits(model, frontEnd, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(pcm).ToArray());
                matrix.Add(group.Key, Array.IndexOf(logits, logits.Max()));
            }
        }
        Assert.Equal(32, matrix.Total);
        Assert.True(matrix.Ua >= 0.8, $"Expected a UA of at least 80 %, got {matrix.Ua:P0}.");
    }

    private static float[] Logits(InferenceSession model, IEmotionFrontEnd frontEnd, float[] samples)
    {
        var features = frontEnd.Compute(samples);
        var frames = features.Length / frontEnd.Dim;
        OrtValue[] inputs =
        [
            OrtValue.CreateTensorValueFromMemory(features, [1, frames, frontEnd.Dim]), OrtValue.CreateTensorValueFromMemory(new long[] { frames }, [1]),
            OrtValue.CreateTensorValueFromMemory(frontEnd.Describe(samples), [1, frontEnd.DescriptorDim]),
            OrtValue.CreateTensorValueFromMemory(new float[128 * 104], [1, 128, 104]), OrtValue.CreateTensorValueFromMemory(new long[1], [1]),
        ];
        using var options = new RunOptions();
        using var outputs = model.Run(options, [.. model.InputNames], inputs, [.. model.OutputNames]);
        foreach (var input in inputs) input.Dispose();
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
