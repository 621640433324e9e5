namespace AVServer.Detection;

/// <summary>
/// Follows all words of a <see cref="WordSet"/> through one stream's phone scores, frame by frame. One stream's own; one caller at a time.
/// </summary>
/// <remarks>
/// Left-to-right Viterbi through each word's phones. A word may begin in any frame; its score is the sum of the gains on entering and on
/// staying in
/// its phones, each measured from a mix of the best score and silence's. How the frames are cut into calls changes nothing.
/// </remarks>
public sealed class WordMatcher
{
    private const float LogZero = -1e9f;

    private readonly WordSet _words;
    private readonly PhoneScoreHistory _history;
    private readonly float[] _enter;
    private readonly float[] _stay;
    private readonly ViterbiPath[] _paths;

    /// <param name="words">What is looked for.</param>
    /// <param name="history">Scores of the phones; a frame is accepted there first.</param>
    public WordMatcher(WordSet words, PhoneScoreHistory history)
    {
        (_words, _history) = (words, history);
        (_enter, _stay) = (new float[words.PairCount], new float[words.PairCount]);
        _paths = [.. words.Paths.Select((path, i) => new ViterbiPath(words.PairsByPath[i], path.Threshold))];
    }

    /// <summary>Score that each path would have if it ended with the latest frame; as a measure of how near it is.</summary>
    public float Score(int path) => _paths[path].FinalScore;

    /// <summary>Takes the frame that <see cref="PhoneScoreHistory"/> accepted last.</summary>
    /// <param name="scores">The network's outputs; not kept.</param>
    /// <param name="candidates">Receives words whose best end lies far enough back.</param>
    /// <param name="seen">By phone, what lips say for it in this frame, weighed; empty: nobody is seen.</param>
    public void Accept(ReadOnlySpan<float> scores, ICollection<WordCandidate> candidates, ReadOnlySpan<float> seen = default)
    {
        var frame = _history.Count - 1;
        var weight = _words.Options.SpeechWeight;
        _words.ComputeGains(scores, (weight * _history.BestScore(frame)) + ((1 - weight) * _history.BestSilence(frame)), _enter, _stay,
            seen);
        for (var i = 0; i < _paths.Length; i++)
            if (_paths[i].Accept(frame, _enter, _stay, _words.Options.LookaheadFrames) is { } found)
                candidates.Add(new WordCandidate(i, found.Score, found.Entries, found.End));
    }

    /// <summary>Ends the sound: what waits for a better end becomes a candidate as it stands.</summary>
    public void Complete(ICollection<WordCandidate> candidates)
    {
        for (var i = 0; i < _paths.Length; i++)
            if (_paths[i].TakeBest() is { } found) candidates.Add(new WordCandidate(i, found.Score, found.Entries, found.End));
    }

    /// <summary>Forgets all frames; they count from 0 again.</summary>
    public void Reset()
    {
        foreach (var path in _paths) path.Reset();
    }

    /// <summary>One pronunciation's way through the frames.</summary>
    private sealed class ViterbiPath(int[] pairs, float threshold)
    {
        private readonly float[] _scores = CreateScores(pairs.Length);
        // [phone reached, phone]: entries on the best way there.
        private readonly long[] _entries = new long[pairs.Length * pairs.Length];

        private readonly long[] _bestEntries = new long[pairs.Length];
        private float _best = LogZero;
        private long _bestEnd;
        private float _reported = LogZero;
        private long _reportedEnd = -1;

        public float FinalScore => _scores[^1];

        public (float Score, long[] Entries, long End)? Accept(long frame, float[] enter, float[] stay, int lookahead)
        {
            var count = pairs.Length;
            for (var j = count - 1; j >= 0; j--)
            {
                var entering = (j == 0 ? 0 : _scores[j - 1]) + enter[pairs[j]];
                var staying = _scores[j] + stay[pairs[j]];
                if (entering > staying)
                {
                    if (j > 0) _entries.AsSpan((j - 1) * count, j).CopyTo(_entries.AsSpan(j * count));
                    _entries[(j * count) + j] = frame;
                    _scores[j] = entering;
                }
                else
                {
                    _scores[j] = Math.Max(staying, LogZero);
                }
            }
            UpdateBest(frame);
            return _best > LogZero && frame - _bestEnd >= lookahead ? TakeBest() : null;
        }

        public (float Score, long[] Entries, long End)? TakeBest()
        {
            if (_best <= LogZero) return null;
            var found = (_best, _bestEntries.ToArray(), _bestEnd);
            (_reported, _reportedEnd, _best) = (_best, _bestEnd, LogZero);
            return found;
        }

        public void Reset()
        {
            Array.Fill(_scores, LogZero);
            (_best, _reported, _reportedEnd) = (LogZero, LogZero, -1);
        }

        // A word that lies over the candidate before is another one only if it is better.
        private void UpdateBest(long frame)
        {
            var score = _scores[^1];
            if (score <= threshold || score <= _best) return;
            var entries = _entries.AsSpan((pairs.Length - 1) * pairs.Length, pairs.Length);
            if (entries[0] <= _reportedEnd && score <= _reported) return;
            (_best, _bestEnd) = (score, frame);
            entries.CopyTo(_bestEntries);
        }

        private static float[] CreateScores(int length)
        {
            var values = new float[length];
            Array.Fill(values, LogZero);
            return values;
        }
    }
}
