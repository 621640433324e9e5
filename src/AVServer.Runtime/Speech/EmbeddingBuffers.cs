using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>Memory of one embedding run at a time, bound to both sessions once.</summary>
internal sealed class EmbeddingBuffers : IDisposable
{
    private readonly InferenceSession _mel;
    private readonly InferenceSession _embedding;
    private readonly RunOptions _runOptions = new();
    private readonly OrtIoBinding _melBinding;
    private readonly OrtIoBinding _embeddingBinding;
    private readonly List<OrtValue> _values = [];
    private readonly Memory<float> _samples = TensorMemory.Pinned(SpeechEmbedding.OverlapSamples + SpeechEmbedding.StepSamples);
    private readonly Memory<float> _mels = TensorMemory.Pinned(SpeechEmbedding.FramesPerStep * SpeechEmbedding.MelsPerFrame);
    private readonly Memory<float> _window = TensorMemory.Pinned(SpeechEmbedding.FramesPerVector * SpeechEmbedding.MelsPerFrame);
    private readonly Memory<float> _vector = TensorMemory.Pinned(SpeechEmbedding.Dim);

    public EmbeddingBuffers(InferenceSession mel, InferenceSession embedding, string input, string output)
    {
        _mel = mel;
        _embedding = embedding;
        _melBinding = mel.CreateIoBinding();
        _melBinding.BindInput(mel.InputNames[0], Value(_samples, 1, _samples.Length));
        _melBinding.BindOutput(mel.OutputNames[0], Value(_mels, 1, 1, SpeechEmbedding.FramesPerStep, SpeechEmbedding.MelsPerFrame));
        _embeddingBinding = embedding.CreateIoBinding();
        _embeddingBinding.BindInput(input, Value(_window, 1, SpeechEmbedding.FramesPerVector, SpeechEmbedding.MelsPerFrame, 1));
        _embeddingBinding.BindOutput(output, Value(_vector, 1, 1, 1, SpeechEmbedding.Dim));
    }

    public Span<float> Samples => _samples.Span;

    public ReadOnlySpan<float> Mels => _mels.Span;

    public Span<float> Window => _window.Span;

    public ReadOnlySpan<float> Vector => _vector.Span;

    public void RunMel() => _mel.RunWithBinding(_runOptions, _melBinding);

    public void RunEmbedding() => _embedding.RunWithBinding(_runOptions, _embeddingBinding);

    public void Dispose()
    {
        _melBinding.Dispose();
        _embeddingBinding.Dispose();
        foreach (var value in _values) value.Dispose();
        _runOptions.Dispose();
    }

    private OrtValue Value(Memory<float> values, params long[] shape)
    {
        var value = TensorMemory.View(values, shape);
        _values.Add(value);
        return value;
    }
}
