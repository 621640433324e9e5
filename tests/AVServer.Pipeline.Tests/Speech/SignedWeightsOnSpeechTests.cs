using AVServer.Runtime;
using AVServer.TestKit;
using Microsoft.ML.OnnxRuntime;

namespace AVServer.Pipeline.Tests.Speech;

/// <summary>Published graphs with signed weights on what people said: the same numbers to the bit.</summary>
[Trait("Category", "unit")]
public sealed class SignedWeightsOnSpeechTests
{
    private const int Rate = 16_000;
    private const int LongestSeconds = 4;

    [CorporaTheory]
    [InlineData("speech-encoder")]
    [InlineData("speech-recogniser")]
    public async Task Vectors_of_speech_are_the_published_graph_s(string name)
    {
        var stored = ModelStore.Open(TestPaths.Models).Get(name);
        var output = stored.Manifest.Outputs[0];
        var published = GraphCut.Behind(stored.ReadFile(ModelManifest.MainFile), output.Name, output.Shape);
        using var expected = SessionFactory.Open(published);
        using var got = SessionFactory.OpenPublished(
            stored, ModelManifest.MainFile, graph => GraphCut.Behind(graph, output.Name, output.Shape));
        var paths = ((string[])["ravdess/audio", "emodb/audio", "ljspeech_subset"]).SelectMany(set => Directory
            .GetFiles(Path.Combine(TestPaths.Corpora!, set), "*.opus").Order(StringComparer.Ordinal).Take(8));

        foreach (var sound in await DecodedRecordings.ReadAsync(paths))
        {
            var heard = sound[..Math.Min(sound.Length, LongestSeconds * Rate)];
            Assert.Equal(Vectors(expected, heard, output.Name), Vectors(got, heard, output.Name));
        }
    }

    private static float[] Vectors(InferenceSession encoder, float[] samples, string output)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(samples, [1, samples.Length]);
        using var options = new RunOptions();
        using var results = encoder.Run(options, [.. encoder.InputMetadata.Keys], [input], [output]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
