namespace AVServer.Detection;

/// <summary>Follows all words of a <see cref="WordSet"/> through one stream's phone scores, frame by frame. One stream's own; one caller at a time.</summary>
/// <remarks>
/// Left-to-right Viterbi through each word's phones. A word may begin in any frame; its score is the sum of the gains on entering and on staying in
/// its phones, each measured from a mix of the best score and silence's. How the frames are cut into calls changes nothing.
/// </remarks>
public sealed class WordMatcher
{
    private const float Never = -1e9f;

    private readonly WordSet _words;
    private readonly PhoneHistory _history;
    private readonly float[] _enter;
    private readonly float[] _stay;
    private readonly Track[] _tracks;

    /// <param name="words">What is looked for.</param>
    /// <param name="history">Takes what is heard; a frame is accepted there first.</param>
    public WordMatcher(WordSet words, PhoneHistory history)
    {
        (_words, _history) = (words, history);
        (_enter, _stay) = (new float[words.PairCount], new float[words.PairCount]);
        _tracks = [.. words.Paths.Select((path, i) => new Track(words.PairsByPath[i], path.Threshold))];
    }

    /// <summary>Score that each path would have if it ended with the latest frame; for whoever looks on.</summary>
    public float Score(int path) => _tracks[path].Last;

    /// <summary>Takes the frame that <see cref="PhoneHistory"/> accepted last.</summary>
    /// <param name="scores">The network's outputs; not kept.</param>
    /// <param name="candidates">Receives what is ripe.</param>
    public void Accept(ReadOnlySpan<float> scores, ICollection<WordCandidate> candidates)
    {
        var frame = _history.Count - 1;
        var weight = _words.Options.SpeechWeight;
        _words.Gains(scores, (weight * _history.Best(frame)) + ((1 - weight) * _history.Rest(frame)), _enter, _stay);
        for (var i = 0; i < _tracks.Length; i++)
            if (_tracks[i].Accept(frame, _enter, _stay, _words.Options.RipeFrames) is { } found)
                candidates.Add(new WordCandidate(i, found.Score, found.Entries, found.End));
    }

    /// <summary>Ends the sound: what isn't ripe yet becomes a candidate as it stands.</summary>
    public void Complete(ICollection<WordCandidate> candidates)
    {
        for (var i = 0; i < _tracks.Length; i++)
            if (_tracks[i].TakeBest() is { } found) candidates.Add(new WordCandidate(i, found.Score, found.Entries, found.End));
    }

    /// <summary>Forgets what was heard; frames count from 0 again.</summary>
    public void Reset()
    {
        foreach (var track in _tracks) track.Reset();
    }

    /// <summary>One pronunciation's way through the frames.</summary>
    private sealed class Track(int[] pairs, float threshold)
    {
        private readonly float[] _scores = Filled(pairs.Length);
        private readonly long[] _entries = new long[pairs.Length * pairs.Length];    // [phone reached, phone]: entries on the best way there
        private readonly long[] _bestEntries = new long[pairs.Length];
        private float _best = Never;
        private long _bestEnd;
        private float _given = Never;
        private long _givenEnd = -1;

        public float Last => _scores[^1];

        public (float Score, long[] Entries, long End)? Accept(long frame, float[] enter, float[] stay, int ripe)
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
                    _scores[j] = Math.Max(staying, Never);
                }
            }
            Keep(frame);
            return _best > Never && frame - _bestEnd >= ripe ? TakeBest() : null;
        }

        public (float Score, long[] Entries, long End)? TakeBest()
        {
            if (_best <= Never) return null;
            var found = (_best, _bestEntries.ToArray(), _bestEnd);
            (_given, _givenEnd, _best) = (_best, _bestEnd, Never);
            return found;
        }

        public void Reset()
        {
            Array.Fill(_scores, Never);
            (_best, _given, _givenEnd) = (Never, Never, -1);
        }

        // A word that lies over the candidate before is another one only if it is better.
        private void Keep(long frame)
        {
            var score = _scores[^1];
            if (score <= threshold || score <= _best) return;
            var entries = _entries.AsSpan((pairs.Length - 1) * pairs.Length, pairs.Length);
            if (entries[0] <= _givenEnd && score <= _given) return;
            (_best, _bestEnd) = (score, frame);
            entries.CopyTo(_bestEntries);
        }

        private static float[] Filled(int length)
        {
            var values = new float[length];
            Array.Fill(values, Never);
            return values;
        }
    }
}
