using AVServer.Detection;
using AVServer.Networks.Lips;
using AVServer.Vision;
using static TorchSharp.torch;

namespace AVServer.Lab.Lips;

/// <summary>Teaches a network which phones lips show, by recordings of some talkers.</summary>
/// <remarks>
/// Few talkers teach, so each is shown otherwise than he is: mirrored, turned, larger, with livelier lips, through another camera, talking
/// faster, known for longer or shorter, with landmarks that tremble.
/// </remarks>
internal sealed class LipPhoneTrainer
{
    // Nobody is wanted more often than by the square root of what he says.
    private const double TalkerPower = 0.5;
    private const double PhoneWeight = 0.5;
    private const double SpeedSpread = 0.12;
    private const int MostBefore = 6;

    private readonly LipPhoneRecipe _recipe;
    private readonly LipClip[][] _talkers;
    private readonly double[] _chances;
    private readonly Tensor _visemes;
    private readonly float[] _scale;

    /// <param name="recipe">How.</param>
    /// <param name="clips">Recordings that teach.</param>
    /// <param name="labels">Names of the labels.</param>
    public LipPhoneTrainer(LipPhoneRecipe recipe, IReadOnlyCollection<LipClip> clips, IReadOnlyList<string> labels)
    {
        _recipe = recipe;
        _talkers = [.. clips.GroupBy(clip => clip.Talker).OrderBy(talker => talker.Key, StringComparer.Ordinal)
            .Select(talker => talker.ToArray())];
        _chances = [.. _talkers.Select(talker => Math.Pow(talker.Sum(clip => clip.Face.Pictures), TalkerPower))];
        _visemes = VisemeMatrix(labels);
        _scale = InverseDeviations();
        manual_seed(recipe.Seed);
        Model = new LipPhoneNet(new LipPhoneNetConfig(MouthFeatures.Values, labels.Count));
        Model.SetScale(_scale);
    }

    /// <summary>What learns.</summary>
    public LipPhoneNet Model { get; }

    /// <summary>Talkers that teach.</summary>
    public int Talkers => _talkers.Length;

    /// <summary>[labels, visemes], 1 where a label is of a viseme.</summary>
    public static Tensor VisemeMatrix(IReadOnlyList<string> labels)
    {
        var matrix = new float[labels.Count * Visemes.Names.Count];
        for (var label = 0; label < labels.Count; label++) matrix[(label * Visemes.Names.Count) + Visemes.Of(labels[label])] = 1;
        return tensor(matrix, [labels.Count, Visemes.Names.Count]);
    }

    /// <summary>Loss of a step; its windows depend on the step's number alone.</summary>
    public Tensor Loss(int step)
    {
        var random = new Random(unchecked((_recipe.Seed * 1_000_033) + step));
        var (pictures, count) = (_recipe.WindowPictures, Model.Config.Phones);
        var values = new float[_recipe.Batch * pictures * MouthFeatures.Values];
        var targets = new float[_recipe.Batch * pictures * count];
        for (var i = 0; i < _recipe.Batch; i++)
        {
            var size = pictures * MouthFeatures.Values;
            Draw(random, values.AsSpan(i * size, size), targets.AsSpan(i * pictures * count, pictures * count));
        }
        var wanted = tensor(targets, [_recipe.Batch, pictures, count]);
        var logs = Model.forward(tensor(values, [_recipe.Batch, pictures, MouthFeatures.Values])).log_softmax(2);
        var visemes = (logs.exp().matmul(_visemes) + 1e-6).log();
        return -(PhoneWeight * (wanted * logs).sum(2).mean()) - (wanted.matmul(_visemes) * visemes).sum(2).mean();
    }

    private void Draw(Random random, Span<float> values, Span<float> targets)
    {
        var talker = _talkers[Choose(random)];
        var clip = talker[random.Next(talker.Length)];
        var speed = 1 + (SpeedSpread * ((2 * random.NextDouble()) - 1));
        var view = random.Next(clip.Face.Views.Count);
        var (mean, contrast) = MeanOf(clip, talker, view, random);
        var length = (int)(_recipe.WindowPictures * speed);
        var first = random.Next(-4, Math.Max(1, clip.Face.Pictures - length + 4));
        var change = new MouthChange(random, _scale);
        for (var i = 0; i < _recipe.WindowPictures; i++)
        {
            var picture = Math.Clamp((int)Math.Round(first + (i * speed)), 0, clip.Face.Pictures - 1);
            var own = values.Slice(i * MouthFeatures.Values, MouthFeatures.Values);
            var raw = clip.Face.Raw(view, picture);
            for (var j = 0; j < own.Length; j++)
                own[j] = (raw[j] - mean[j]) / (j < MouthFeatures.PointValues ? 1 : contrast);
            change.Apply(own);
            clip.Targets.AsSpan(picture * Model.Config.Phones, Model.Config.Phones).CopyTo(targets[(i * Model.Config.Phones)..]);
        }
    }

    private int Choose(Random random)
    {
        var left = random.NextDouble() * _chances.Sum();
        var talker = 0;
        for (; talker < _chances.Length - 1 && left >= _chances[talker]; talker++) left -= _chances[talker];
        return talker;
    }

    // What is known of the talker: this recording and none to some of the others, as it is when a stream goes on.
    private static (float[] Mean, float Contrast) MeanOf(LipClip clip, LipClip[] talker, int view, Random random)
    {
        var (sum, count) = (clip.SumOf(view).ToArray(), clip.Face.Pictures);
        for (var i = random.Next(MostBefore + 1); i > 0; i--)
        {
            var other = talker[random.Next(talker.Length)];
            var more = other.SumOf(view);
            for (var j = 0; j < sum.Length; j++) sum[j] += more[j];
            count += other.Face.Pictures;
        }
        return ([.. sum.Select(value => (float)(value / count))], (float)(sum[^1] / count) + MouthFeatures.DarkContrast);
    }

    // Points share one deviation an axis, so that those that move most count most; each term of the picture has its own.
    private float[] InverseDeviations()
    {
        var squares = new double[MouthFeatures.Values];
        var count = 0L;
        foreach (var talker in _talkers)
            foreach (var clip in talker)
            {
                var values = clip.Normalised(talker.Where(other => other != clip).Take(MostBefore));
                for (var i = 0; i < values.Length; i++) squares[i % squares.Length] += values[i] * values[i];
                count += clip.Face.Pictures;
            }
        var deviations = squares.Select(square => Math.Sqrt(square / count)).ToArray();
        for (var axis = 0; axis < 3; axis++)
        {
            var places = Enumerable.Range(0, MouthPoints.Count).Select(point => (point * 3) + axis).ToArray();
            var shared = Math.Sqrt(places.Average(place => deviations[place] * deviations[place]));
            foreach (var place in places) deviations[place] = shared;
        }
        return [.. deviations.Select((deviation, i) => (float)(1 / (deviation + (i < MouthFeatures.PointValues ? 1e-5 : 0.05))))];
    }
}
