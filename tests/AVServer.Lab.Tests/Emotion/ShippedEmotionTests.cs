using AVServer.Evaluation;
using AVServer.Lab.Data;
using AVServer.Runtime;
using AVServer.TestKit;

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

    /// <summary>Not a measure of the model, the card has those: what taught it is what the files and the encoder hear now.</summary>
    [CorporaTheory]
    [InlineData("emotion")]
    [InlineData("emotion-nc")]
    public async Task Recordings_that_taught_it_are_recognised(string name)
    {
        var store = ModelStore.Open(TestPaths.Models);
        using var encoder = SpeechEncoder.Load(store.Get("speech-encoder"));
        using var model = EmotionModel.Load(store.Get(name));
        var matrix = new ConfusionMatrix(Letters.Length);
        foreach (var group in Directory.GetFiles(Path.Combine(TestPaths.Corpora!, "emodb", "audio")).Order()
            .GroupBy(path => Letters.IndexOf(Path.GetFileName(path)[5])).Where(group => group.Key >= 0))
        {
            foreach (var path in group.Take(8))
            {
                var pcm = await ExternalProgram.RunAsync(
                    "ffmpeg", ["-v", "error", "-nostdin", "-i", path, "-ac", "1", "-ar", "16000", "-f", "f32le", "-"],
                    CancellationToken.None);
                var samples = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(pcm).ToArray();
                var utterance = new EncodedUtterance(encoder, model.Spec.WindowSeconds);
                utterance.Finish(samples.Length, (first, window) => samples.AsSpan(first, window.Length).CopyTo(window));
                var posteriors = model.Estimate(new EmotionInput(default, default, utterance.Mean(), new float[model.SpeakerDim]))[0];
                matrix.Add(group.Key, Array.IndexOf(posteriors, posteriors.Max()));
            }
        }
        Assert.Equal(32, matrix.Total);
        Assert.True(matrix.Ua >= 0.8, $"Expected a UA of at least 80 %, got {matrix.Ua:P0}.");
    }
}
