using AVServer.Evaluation;
using AVServer.Lab.Augmentation;
using AVServer.Networks.Flcma;
using AVServer.Vision;
using static TorchSharp.torch;

namespace AVServer.Lab.Training;

/// <summary>
/// How well a model does on the dev split while it is trained: one window a recording, its last word, clean and in noise.
/// </summary>
/// <remarks>The lips are seen changed, as another talker's would be: dev's talker is the training's.</remarks>
public sealed class DevScores
{
    /// <summary>Conditions; absent: as recorded.</summary>
    private static readonly double?[] SnrDb = [null, 10, 0, -10];

    private const int Seed = 99;
    private readonly AudioVisualWindow[] _windows;
    private readonly Tensor[] _fbank;
    private readonly AudioVisualSet _set;
    private readonly LipRenderer _renderer;
    private readonly bool[] _isKeyword;

    public DevScores(AudioVisualRecipe recipe, AudioVisualSet dev, WindowSound sound)
    {
        var random = new Random(Seed);
        _windows = [.. dev.Clips.Select(clip => WindowPlan.RecordedWindow(clip, WindowPlan.DrawLag(random)))];
        _isKeyword = [.. _windows.Select(window => window.IsKeyword)];
        var fbank = new WindowFbank(recipe.Sound, dev, sound);
        _fbank = [.. SnrDb.Select((snr, i) => fbank.At(_windows, snr, Seed + (1000 * i)))];
        (_set, _renderer) = (dev, new LipRenderer(recipe.Lips));
    }

    /// <summary>Judges the audio model.</summary>
    public string Of(UnimodalAudio model)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        return Describe([.. _fbank.Select(fbank => Values(model.call(fbank)))]);
    }

    /// <summary>Judges the visual model, on lips as recorded and as changed.</summary>
    public string Of(UnimodalVisual model)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        return Describe(
            [Values(model.classify(Lips(model.Encoder, new LipRenderer(null)))), Values(model.classify(Lips(model.Encoder, _renderer)))]);
    }

    /// <summary>Judges the audio-visual model.</summary>
    public string Of(FlcmaConformer model, Tensor lips)
    {
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var both = ones([_windows.Length, 2]);
        return Describe([.. _fbank.Select(fbank => Values(model.call(fbank, lips, both)))]);
    }

    /// <summary>Features and measures of the windows' lips, the pictures changed, [B, 64, V + M].</summary>
    public Tensor Lips(LipEncoder encoder) => Lips(encoder, _renderer);

    private Tensor Lips(LipEncoder encoder, LipRenderer renderer)
    {
        using var mode = no_grad();
        var features = new List<Tensor>();
        foreach (var (chunk, i) in _windows.Chunk(8).Select((chunk, i) => (chunk, i)))
        {
            var stretches = chunk.Select(window => LipSegment.FromEnd(window.Clip, 1)).ToArray();
            var encoded = encoder.call(LipSegment.Render(_set, stretches, renderer, Seed + (100 * i)));
            for (var k = 0; k < chunk.Length; k++)
            {
                var values = cat([encoded[k], tensor(stretches[k].Measures(_set), [LipSegment.Pictures, LipShape.Measures])], 1);
                var places = Enumerable.Range(0, AudioVisualWindow.Pictures)
                    .Select(p => (long)stretches[k].IndexOf(chunk[k].Picture(p, 1, 1).Seconds)).ToArray();
                features.Add(values.index_select(0, tensor(places)));
            }
        }
        return stack(features);
    }

    private string Describe(IReadOnlyList<float[]> scores) => string.Join(", ", scores.Select(all =>
    {
        var keyword = all.Where((_, i) => _isKeyword[i]).ToArray();
        var filler = all.Where((_, i) => !_isKeyword[i]).ToArray();
        return FormattableString.Invariant(
            $"EER {100 * Verification.EqualErrorRate(keyword, filler):F1} % AUC {Verification.Auc(keyword, filler):F3}");
    }));

    private static float[] Values(Tensor logits) => logits.contiguous().data<float>().ToArray();
}
