using AVServer.Evaluation;

namespace AVServer.Lab.Lips;

/// <summary>How well lips alone tell words, by talker: scores of words that were said, and of words that weren't.</summary>
internal sealed class LipWordTrials
{
    private const int Rounds = 400;
    private const int Seed = 20261130;
    private readonly Dictionary<string, (List<float> Said, List<float> Others)> _talkers = [];

    /// <summary>Words that were said.</summary>
    public int Said => _talkers.Values.Sum(talker => talker.Said.Count);

    /// <summary>Equal error rate of all talkers, and its interval of 95 %, talkers drawn.</summary>
    public (double Rate, double Low, double High) EqualErrorRate
    {
        get
        {
            var talkers = _talkers.Values.Where(talker => talker.Said.Count > 0).ToArray();
            double Rate(int[] drawn) => Verification.EqualErrorRate(
                [.. drawn.SelectMany(i => talkers[i].Said)], [.. drawn.SelectMany(i => talkers[i].Others)]);
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
                var (said, others) = trials.Of(reading.Clip.Talker);
                var scores = reading.Clip.Spoken.Scores;
                said.Add(Gain(reading.Clip.Spoken.Phones[first..end]));
                foreach (var (other, ways) in words)
                    if (other != text && Lay(scores, first, end, ways[0]) is { } phones) others.Add(Gain(phones));
            }
        return trials;
    }

    /// <summary>
    /// Words that nobody says where: each word's best way through a recording by the lips' gains alone, of recordings with and without it.
    /// </summary>
    /// <inheritdoc cref="InPlace"/>
    public static LipWordTrials Anywhere(
        IEnumerable<LipReading> readings, IReadOnlyDictionary<string, int[][]> words, IReadOnlyList<int> labelOf)
    {
        var trials = new LipWordTrials();
        foreach (var reading in readings)
        {
            var (said, others) = trials.Of(reading.Clip.Talker);
            foreach (var (word, ways) in words)
            {
                var score = ways.Max(way => Find(reading, [.. way.Select(phone => labelOf[phone])]) / way.Length);
                (reading.Clip.Spoken.Texts.Contains(word) ? said : others).Add(score);
            }
        }
        return trials;
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

    private (List<float> Said, List<float> Others) Of(string talker)
    {
        if (!_talkers.TryGetValue(talker, out var lists)) _talkers[talker] = lists = ([], []);
        return lists;
    }
}
