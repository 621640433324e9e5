using AVServer.Evaluation;

namespace AVServer.Lab.Lips;

/// <summary>How well lips alone tell words, by talker: scores of words that were said, and of words that weren't.</summary>
internal sealed class LipWordTrials
{
    private const int Rounds = 400;
    private const int Seed = 20261130;
    private readonly List<Trial> _trials = [];

    /// <summary>Words that were said.</summary>
    public int Said => _trials.Count(trial => trial.IsSaid);

    /// <summary>Equal error rate of all talkers, and its interval of 95 %, talkers drawn.</summary>
    public (double Rate, double Low, double High) EqualErrorRate
    {
        get
        {
            var talkers = _trials.GroupBy(trial => trial.Talker).Where(talker => talker.Any(trial => trial.IsSaid))
                .Select(talker => talker.ToArray()).ToArray();
            double Rate(int[] drawn)
            {
                var all = drawn.SelectMany(i => talkers[i]).ToLookup(trial => trial.IsSaid, trial => trial.Score);
                return Verification.EqualErrorRate([.. all[true]], [.. all[false]]);
            }
            var (low, high) = Bootstrap.Interval(talkers.Length, 1, (drawn, _) => Rate(drawn), Seed, Rounds);
            return (Rate([.. Enumerable.Range(0, talkers.Length)]), low, high);
        }
    }

    /// <summary>
    /// Words where the sound says that they are: the lips' mean gain along the phones that are heard, against other words' phones, laid by
    /// the sound over the same frames.
    /// </summary>
    /// <param name="readings">What was read.</param>
    /// <param name="words">By word, its pronunciations in the teacher's phones.</param>
    /// <param name="labelOf">By phone of the teacher, its label.</param>
    public static LipWordTrials InPlace(
        IEnumerable<LipReading> readings, IReadOnlyDictionary<string, int[][]> words, IReadOnlyList<int> labelOf)
    {
        var trials = new LipWordTrials();
        foreach (var reading in readings)
            foreach (var (text, first, end) in Spoken(reading.Clip.Spoken))
            {
                if (!words.ContainsKey(text)) continue;
                float Gain(int[] phones) => Enumerable.Range(first, end - first)
                    .Average(frame => reading.Gain(reading.Clip.PictureOf(frame), labelOf[phones[frame - first]]));
                var scores = reading.Clip.Spoken.Scores;
                trials.Add(reading, text, isSaid: true, Gain(reading.Clip.Spoken.Phones[first..end]));
                foreach (var (other, ways) in words)
                    if (other != text && Lay(scores, first, end, ways[0]) is { } phones)
                        trials.Add(reading, other, isSaid: false, Gain(phones));
            }
        return trials;
    }

    /// <summary>
    /// Words that nobody says where: each word's best way through a recording by the lips' gains alone, of recordings with and without it.
    /// A word's threshold is read off other talkers: scores are told in deviations from what it has in their recordings without it.
    /// </summary>
    /// <inheritdoc cref="InPlace"/>
    public static LipWordTrials Anywhere(
        IEnumerable<LipReading> readings, IReadOnlyDictionary<string, int[][]> words, IReadOnlyList<int> labelOf)
    {
        var trials = new LipWordTrials();
        foreach (var reading in readings)
            foreach (var (word, ways) in words)
                trials.Add(
                    reading, word, reading.Clip.Spoken.Texts.Contains(word),
                    ways.Max(way => Find(reading, [.. way.Select(phone => labelOf[phone])]) / way.Length));
        return trials.Calibrated();
    }

    /// <summary>Words with their first frame and the one behind their last.</summary>
    internal static IEnumerable<(string Text, int First, int End)> Spoken(SpokenPhones spoken)
    {
        for (var word = 0; word < spoken.Texts.Count; word++)
        {
            var (first, last) = (Array.IndexOf(spoken.Words, word), Array.LastIndexOf(spoken.Words, word));
            if (first >= 0) yield return (spoken.Texts[word], first, last + 1);
        }
    }

    /// <summary>A word's phones laid over given frames by the sound; null where it has more phones than there are frames.</summary>
    internal static int[]? Lay(PhoneScores scores, int first, int end, int[] phones)
    {
        var frames = end - first;
        if (frames < phones.Length) return null;
        var (best, next) = (new float[phones.Length], new float[phones.Length]);
        var entered = new bool[frames, phones.Length];
        Array.Fill(best, float.NegativeInfinity);
        for (var frame = 0; frame < frames; frame++)
        {
            for (var j = 0; j < phones.Length; j++)
            {
                var before = j > 0 ? best[j - 1] : frame == 0 ? 0 : float.NegativeInfinity;
                var (enter, stay) = (before + scores.Enter(first + frame, phones[j]), best[j] + scores.Stay(first + frame, phones[j]));
                entered[frame, j] = enter > stay;
                next[j] = Math.Max(enter, stay);
            }
            (best, next) = (next, best);
        }
        var laid = new int[frames];
        for (var (frame, j) = (frames - 1, phones.Length - 1); frame >= 0; frame--)
        {
            laid[frame] = phones[j];
            if (entered[frame, j] && j > 0) j--;
        }
        return laid;
    }

    // The largest sum of gains of a way through the labels, each shown in one picture at least.
    private static float Find(LipReading reading, int[] labels)
    {
        var (best, highest) = (new float[labels.Length], float.NegativeInfinity);
        Array.Fill(best, float.NegativeInfinity);
        for (var picture = 0; picture < reading.Clip.Face.Pictures; picture++)
        {
            for (var j = labels.Length - 1; j >= 0; j--)
                best[j] = Math.Max(j == 0 ? 0 : best[j - 1], best[j]) + reading.Gain(picture, labels[j]);
            highest = Math.Max(highest, best[^1]);
        }
        return highest;
    }

    private LipWordTrials Calibrated()
    {
        var calibrated = new LipWordTrials();
        foreach (var group in _trials.GroupBy(trial => (trial.Word, trial.Talker)))
        {
            var others = _trials.Where(trial => trial.Word == group.Key.Word && trial.Talker != group.Key.Talker && !trial.IsSaid)
                .Select(trial => trial.Score).DefaultIfEmpty().ToArray();
            var mean = others.Average();
            var deviation = MathF.Sqrt(others.Average(score => (score - mean) * (score - mean))) + 1e-3f;
            calibrated._trials.AddRange(group.Select(trial => trial with { Score = (trial.Score - mean) / deviation }));
        }
        return calibrated;
    }

    private void Add(LipReading reading, string word, bool isSaid, float score) =>
        _trials.Add(new Trial(reading.Clip.Talker, word, isSaid, score));

    private sealed record Trial(string Talker, string Word, bool IsSaid, float Score);
}
