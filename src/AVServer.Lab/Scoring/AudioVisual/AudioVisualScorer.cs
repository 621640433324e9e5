using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Lab.Training;
using AVServer.Networks.Flcma;
using AVServer.Runtime;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace AVServer.Lab.Scoring.AudioVisual;

/// <summary>Scores windows with the exported graphs, and with the uni-modal models that they are compared with.</summary>
public sealed class AudioVisualScorer : IDisposable
{
    private const int BatchWindows = 32;
    private const int Pixels = LipWarp.Side * LipWarp.Side;
    private readonly InferenceSession _lips;
    private readonly InferenceSession _spotter;
    private readonly UnimodalAudio? _audio;
    private readonly UnimodalVisual? _visual;
    private readonly int _values;

    /// <param name="folder">The model's folder, with <c>lips.onnx</c> and <c>model.onnx</c>.</param>
    /// <param name="audio">The audio model alone, in evaluation mode; absent: not scored.</param>
    /// <param name="visual">The visual model alone; its lip encoder is the exported one.</param>
    public AudioVisualScorer(string folder, UnimodalAudio? audio = null, UnimodalVisual? visual = null)
    {
        _lips = SessionFactory.Open(File.ReadAllBytes(Path.Combine(folder, AudioVisualFiles.Lips)), threads: 2);
        _spotter = SessionFactory.Open(File.ReadAllBytes(Path.Combine(folder, ModelManifest.MainFile)), threads: 2);
        (_audio, _visual, _values) = (audio, visual, _spotter.InputMetadata["lips"].Dimensions[^1]);
    }

    /// <summary>Values of a picture's lips: its feature and its measures.</summary>
    public int LipValues => _values;

    /// <summary>Lip features and measures of all of a recording, [pictures, V + M].</summary>
    public (LipSegment Stretch, float[] Values) Read(AudioVisualSet set, AudioVisualClip clip)
    {
        var stretch = LipSegment.Whole(clip);
        using var pictures = LipSegment.Render(set, [stretch], new LipRenderer(null), seed: 0);
        return (stretch, stretch.Join(set, Encode(pictures.contiguous().data<float>().ToArray())));
    }

    /// <summary>Features of pictures, each with the two before and after it: [count + 4, 64, 64] in [0, 1] → [count, V].</summary>
    private float[] Encode(float[] pictures)
    {
        var count = (pictures.Length / Pixels) - AudioVisualFiles.LipCacheFrames;
        var cache = new float[count * AudioVisualFiles.LipCacheFrames * Pixels];
        for (var i = 0; i < count; i++)
            pictures.AsSpan(i * Pixels, AudioVisualFiles.LipCacheFrames * Pixels)
                .CopyTo(cache.AsSpan(i * AudioVisualFiles.LipCacheFrames * Pixels));
        using var frame = OrtValue.CreateTensorValueFromMemory(
            pictures[(AudioVisualFiles.LipCacheFrames * Pixels)..], [count, 1, 1, LipWarp.Side, LipWarp.Side]);
        using var before = OrtValue.CreateTensorValueFromMemory(
            cache, [count, 1, AudioVisualFiles.LipCacheFrames, LipWarp.Side, LipWarp.Side]);
        using var run = new RunOptions();
        using var outputs = _lips.Run(run, ["frame", "cache"], [frame, before], ["features"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <summary>Scores windows by every system.</summary>
    /// <param name="fbank">[windows, 256, 80].</param>
    /// <param name="lips">[windows, 64, V + M].</param>
    public ModalityScores[] Score(float[] fbank, float[] lips)
    {
        var (sound, sight) = (WindowFbank.Frames * WindowFbank.Mels, AudioVisualWindow.Pictures * _values);
        var scores = new List<ModalityScores>();
        for (var first = 0; first < fbank.Length / sound; first += BatchWindows)
        {
            var count = Math.Min(BatchWindows, (fbank.Length / sound) - first);
            var heard = fbank.AsSpan(first * sound, count * sound).ToArray();
            var seen = lips.AsSpan(first * sight, count * sight).ToArray();
            var (audio, visual) = Alone(heard, seen, count);
            var (soundOnly, lipsOnly, both) =
                (Posteriors(heard, seen, count, 1, 0), Posteriors(heard, seen, count, 0, 1), Posteriors(heard, seen, count, 1, 1));
            for (var i = 0; i < count; i++) scores.Add(new ModalityScores(audio[i], visual[i], soundOnly[i], lipsOnly[i], both[i]));
        }
        return [.. scores];
    }

    /// <summary>Posteriors of the exported network for windows of which one modality or both are believed.</summary>
    public float[] Posteriors(float[] fbank, float[] lips, int count, float hasAudio, float hasVideo)
    {
        var presence = new float[count * 2];
        for (var i = 0; i < count; i++) (presence[2 * i], presence[(2 * i) + 1]) = (hasAudio, hasVideo);
        using var sound = OrtValue.CreateTensorValueFromMemory(fbank, [count, WindowFbank.Frames, WindowFbank.Mels]);
        using var sight = OrtValue.CreateTensorValueFromMemory(lips, [count, AudioVisualWindow.Pictures, _values]);
        using var believed = OrtValue.CreateTensorValueFromMemory(presence, [count, 2]);
        using var run = new RunOptions();
        using var outputs = _spotter.Run(run, ["fbank", "lips", "presence"], [sound, sight, believed], ["posterior"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lips.Dispose();
        _spotter.Dispose();
    }

    private (float[] Audio, float[] Visual) Alone(float[] fbank, float[] lips, int count)
    {
        if (_audio is null || _visual is null) return (new float[count], new float[count]);
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var audio = _audio.call(tensor(fbank, [count, WindowFbank.Frames, WindowFbank.Mels])).sigmoid();
        var visual = _visual.classify(tensor(lips, [count, AudioVisualWindow.Pictures, _values])).sigmoid();
        return (audio.contiguous().data<float>().ToArray(), visual.contiguous().data<float>().ToArray());
    }
}

/// <summary>What each system says of a window: posteriors.</summary>
/// <param name="Audio">The audio model alone.</param>
/// <param name="Visual">The visual model alone.</param>
/// <param name="SoundOnly">The audio-visual model without lips.</param>
/// <param name="LipsOnly">The audio-visual model without sound.</param>
/// <param name="Both">The audio-visual model.</param>
public readonly record struct ModalityScores(float Audio, float Visual, float SoundOnly, float LipsOnly, float Both)
{
    /// <summary>Late fusion: the mean of the two models alone.</summary>
    public float Mean => (Audio + Visual) / 2;
}
