using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Networks.Flcma;
using AVServer.Vision;
using static TorchSharp.torch;

namespace AVServer.Lab.Training;

/// <summary>
/// Teaches the visual model alone: each recording of a batch is encoded once, and several windows are taken of its features.
/// </summary>
public sealed class VisualTrainer
{
    private const int WindowsPerClip = 4;
    private const double WordWeight = 0.5;
    private const double ShapeWeight = 2;

    // The pictures of few talkers tell everything about them and little about others: the measures must do as well.
    private const double OtherPicturesShare = 0.5;
    private readonly AudioVisualRecipe _recipe;
    private readonly AudioVisualSet _set;
    private readonly LipRenderer _renderer;
    private readonly string[] _words;

    public VisualTrainer(AudioVisualRecipe recipe, AudioVisualSet set)
    {
        (_recipe, _set, _renderer) = (recipe, set, new LipRenderer(recipe.Lips));
        _words = [.. set.Clips.SelectMany(clip => clip.Words).Select(word => word.Text).Distinct().Order(StringComparer.Ordinal)];
        if (_words.Length >= LipReadingTask.WordCount)
            throw new ArgumentException(
                $"Expected at most {LipReadingTask.WordCount - 1} different words, got {_words.Length}.", nameof(set));
        manual_seed(recipe.Seed);
        Task = new LipReadingTask(new UnimodalVisual(AudioVisualRecipe.Model), LipReadingTask.WordCount);
    }

    /// <summary>The model and what it learns beside its own task.</summary>
    internal LipReadingTask Task { get; }

    public UnimodalVisual Model => Task.Visual;

    /// <summary>Loss on the batch of a step.</summary>
    public Tensor Loss(int step)
    {
        var random = new Random(unchecked((_recipe.Seed * 1_000_033) + step));
        var clips = Clips(random);
        var spread = _recipe.Sound.SpeedSpread;
        var stretches = clips.Select(clip => LipSegment.FromEnd(clip, 1 + (spread * ((2 * random.NextDouble()) - 1)))).ToArray();
        var pictures = LipSegment.Render(_set, stretches, _renderer, random.Next());
        var features = Model.Encoder.call(pictures);                                              // [K, F, V]
        var (windows, isKeyword) = Windows(clips, random);
        var places = windows.SelectMany(window => Places(window, stretches)).ToArray();
        var (seen, measured) =
            (features.flatten(0, 1).index_select(0, tensor(PlacesOfPictures(places, random))),
                Measures(stretches).index_select(0, tensor(places)));
        var lips = cat([seen, measured], 1).view(windows.Length, AudioVisualWindow.Pictures, -1);
        var (words, shapes) = Task.call(features);
        var said = tensor(stretches.SelectMany(WordsOf).ToArray()).unsqueeze(1);
        var wordLoss = -words.flatten(0, 1).log_softmax(1).gather(1, said).mean();
        var shapeLoss = nn.functional.smooth_l1_loss(shapes, tensor(stretches.SelectMany(ShapesOf).ToArray(), shapes.shape));
        return WindowLoss.Of(Model.classify(lips), isKeyword) + (WordWeight * wordLoss) + (ShapeWeight * shapeLoss);
    }

    /// <summary>Measures of all pictures of all stretches, [K · F, M].</summary>
    private Tensor Measures(LipSegment[] stretches) =>
        tensor(
            stretches.SelectMany(stretch => stretch.Measures(_set)).ToArray(), [stretches.Length * LipSegment.Pictures, LipShape.Measures]);

    /// <summary>Where the pictures of each window come from: its own places, or those of another window.</summary>
    private static long[] PlacesOfPictures(long[] places, Random random)
    {
        var windows = places.Chunk(AudioVisualWindow.Pictures).ToArray();
        return [.. windows.SelectMany(own => random.NextDouble() < OtherPicturesShare ? windows[random.Next(windows.Length)] : own)];
    }

    /// <summary>The mouth's measures in each picture of a stretch, each in deviations from its mean over the recording.</summary>
    private IEnumerable<float> ShapesOf(LipSegment stretch)
    {
        var recording = _set[stretch.Clip];
        var measures = Standardised(recording.Shapes);
        for (var i = 0; i < LipSegment.Pictures; i++)
        {
            var picture = Math.Clamp((int)Math.Round((stretch.First + i) * stretch.Speed), 0, recording.Pictures - 1);
            for (var m = 0; m < LipShape.Measures; m++) yield return measures[(picture * LipShape.Measures) + m];
        }
    }

    private static float[] Standardised(float[] shapes)
    {
        var result = new float[shapes.Length];
        for (var m = 0; m < LipShape.Measures; m++)
        {
            var values = shapes.Where((_, i) => i % LipShape.Measures == m).ToArray();
            var mean = values.Average();
            var deviation = Math.Max(1e-4, Math.Sqrt(values.Average(value => (value - mean) * (value - mean))));
            for (var i = m; i < shapes.Length; i += LipShape.Measures) result[i] = (float)((shapes[i] - mean) / deviation);
        }
        return result;
    }

    /// <summary>The word said in each picture of a stretch: its place among the words, from 1; 0 is a pause.</summary>
    private IEnumerable<long> WordsOf(LipSegment stretch)
    {
        for (var i = 0; i < LipSegment.Pictures; i++)
        {
            var moment = (stretch.First + i + 0.5) / LipRecording.Fps * stretch.Speed;
            var said = stretch.Clip.Words.FirstOrDefault(word => moment >= word.StartSeconds && moment < word.EndSeconds).Text;
            yield return Array.IndexOf(_words, said) + 1;
        }
    }

    /// <summary>Different recordings, a third of them with the keyword.</summary>
    private AudioVisualClip[] Clips(Random random)
    {
        var clips = new List<AudioVisualClip>();
        while (clips.Count < _recipe.Visual.Batch)
        {
            var from = clips.Count < _recipe.Visual.Batch / 3.0 ? _set.Positives : _set.Negatives;
            var clip = from[random.Next(from.Count)];
            if (!clips.Contains(clip)) clips.Add(clip);
        }
        return [.. clips];
    }

    private static (AudioVisualWindow[] Windows, bool[] IsKeyword) Windows(AudioVisualClip[] clips, Random random)
    {
        var plan = new WindowPlan(clips);
        var windows = clips.SelectMany(
            clip => Enumerable.Range(0, WindowsPerClip)
                .Select(i => i % 2 == 0 || clip.Keyword is null && i == 1 ? plan.FinalWordWindow(clip, random) : plan.OtherWordWindow(clip, random))).ToArray();
        return (windows, [.. windows.Select(window => window.IsKeyword)]);
    }

    private static IEnumerable<long> Places(AudioVisualWindow window, LipSegment[] stretches)
    {
        var own = Array.FindIndex(stretches, stretch => stretch.Clip == window.Clip);
        var before = window.Before is null ? own : Array.FindIndex(stretches, stretch => stretch.Clip == window.Before);
        for (var i = 0; i < AudioVisualWindow.Pictures; i++)
        {
            var moment = window.Picture(i, stretches[own].Speed, stretches[before].Speed);
            var from = moment.IsBefore ? before : own;
            yield return (from * LipSegment.Pictures) + stretches[from].IndexOf(moment.Seconds);
        }
    }
}
