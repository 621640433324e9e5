using OpenCvSharp;

namespace AVServer.Vision;

/// <summary>Reads the detector's tensors: 896 anchors, each with a logit and with a box and six points relative to it.</summary>
/// <remarks>
/// BlazeFace (arXiv 1907.05047) in MediaPipe's short-range form: two anchors a cell of a 16×16 grid, then six a cell of an 8×8 grid; boxes
/// are in pixels of the 128×128 input. Overlapping boxes are not dropped but averaged by score, which is what keeps them still from frame
/// to frame. Keeps scratch memory; one caller at a time.
/// </remarks>
internal sealed class BlazeFaceDecoder(float minScore, float minOverlap)
{
    public const int Anchors = 896;
    public const int ValuesPerAnchor = 16;
    private const int InputSize = 128;

    private static readonly Point2f[] Centres = [.. Grid(16, 2), .. Grid(8, 6)];
    private static readonly Comparison<Candidate> ByScore = (first, second) => second.Score.CompareTo(first.Score);

    private readonly float _minLogit = MathF.Log(minScore / (1 - minScore));
    private readonly Candidate[] _candidates = new Candidate[Anchors];

    /// <summary>Decodes one picture's tensors.</summary>
    /// <param name="logits">[896].</param>
    /// <param name="regressors">[896, 16]: centre, size, six points; x before y.</param>
    /// <param name="faces">Receives the faces, the highest score first; in units of the input's side, 0 to 1.</param>
    /// <returns>How many faces were written, at most <paramref name="faces"/>'s length.</returns>
    public int Decode(ReadOnlySpan<float> logits, ReadOnlySpan<float> regressors, Span<FaceDetection> faces)
    {
        var count = 0;
        for (var i = 0; i < Anchors; i++)
        {
            if (logits[i] < _minLogit) continue;
            var face = At(i, 1 / (1 + MathF.Exp(-logits[i])), regressors.Slice(i * ValuesPerAnchor, ValuesPerAnchor));
            _candidates[count++] = new Candidate(face.Score, face);
        }
        var candidates = _candidates.AsSpan(0, count);
        candidates.Sort(ByScore);

        var found = 0;
        while (candidates.Length > 0 && found < faces.Length)
            faces[found++] = TakeBest(ref candidates);
        return found;
    }

    /// <summary>Averages the best candidate with those that overlap it, and takes them all out.</summary>
    private FaceDetection TakeBest(ref Span<Candidate> candidates)
    {
        var best = candidates[0].Face;
        var sum = default(Sum);
        var kept = 0;
        foreach (var candidate in candidates)
        {
            if (candidate.Face.Box.IntersectionOverUnion(best.Box) > minOverlap) sum.Add(candidate.Face);
            else candidates[kept++] = candidate;
        }
        // A box without area overlaps nothing, not even itself.
        if (kept == candidates.Length)
        {
            candidates = candidates[1..];
            return best;
        }
        candidates = candidates[..kept];
        return sum.Mean(best.Score);
    }

    private static FaceDetection At(int anchor, float score, ReadOnlySpan<float> values)
    {
        var centre = Centres[anchor];
        var (width, height) = (values[2] / InputSize, values[3] / InputSize);
        var middle = Place(values, 0);
        return new FaceDetection(
            score,
            new FaceBox(middle.X - (width / 2), middle.Y - (height / 2), width, height),
            Place(values, 4),
            Place(values, 6),
            Place(values, 8),
            Place(values, 10));

        Point2f Place(ReadOnlySpan<float> from, int at) => new((from[at] / InputSize) + centre.X, (from[at + 1] / InputSize) + centre.Y);
    }

    private static IEnumerable<Point2f> Grid(int cells, int anchorsPerCell)
    {
        for (var y = 0; y < cells; y++)
            for (var x = 0; x < cells; x++)
                for (var i = 0; i < anchorsPerCell; i++)
                    yield return new Point2f((x + 0.5f) / cells, (y + 0.5f) / cells);
    }

    private readonly record struct Candidate(float Score, FaceDetection Face);

    /// <summary>Sums of faces, each weighted by its score.</summary>
    private struct Sum
    {
        private float _weight, _x, _y, _width, _height;
        private Point2f _right, _left, _nose, _mouth;

        public void Add(in FaceDetection face)
        {
            var weight = face.Score;
            _weight += weight;
            _x += weight * face.Box.X;
            _y += weight * face.Box.Y;
            _width += weight * face.Box.Width;
            _height += weight * face.Box.Height;
            _right = Plus(_right, face.RightEye, weight);
            _left = Plus(_left, face.LeftEye, weight);
            _nose = Plus(_nose, face.NoseTip, weight);
            _mouth = Plus(_mouth, face.Mouth, weight);
        }

        public readonly FaceDetection Mean(float score) => new(
            score,
            new FaceBox(_x / _weight, _y / _weight, _width / _weight, _height / _weight),
            Plus(default, _right, 1 / _weight),
            Plus(default, _left, 1 / _weight),
            Plus(default, _nose, 1 / _weight),
            Plus(default, _mouth, 1 / _weight));

        private static Point2f Plus(Point2f sum, Point2f point, float weight) =>
            new(sum.X + (weight * point.X), sum.Y + (weight * point.Y));
    }
}
