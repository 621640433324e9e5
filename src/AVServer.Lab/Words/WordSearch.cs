using AVServer.Detection;

namespace AVServer.Lab.Words;

/// <summary>Looks for words in a recording as the server does, and measures every candidate.</summary>
internal static class WordSearch
{
    /// <summary>The highest score of each word anywhere in a recording.</summary>
    /// <inheritdoc cref="FindCandidates"/>
    public static Dictionary<int, float> PeakScores(WordSet words, ReadOnlySpan<float> scores, int width)
    {
        var history = new PhoneScoreHistory(words.States);
        var matcher = new WordMatcher(words, history);
        var (ignored, peaks) = (new List<WordCandidate>(), new Dictionary<int, float>());
        for (var at = 0; at < scores.Length; at += width)
        {
            history.Accept(scores.Slice(at, width));
            matcher.Accept(scores.Slice(at, width), ignored);
            ignored.Clear();
            for (var path = 0; path < words.Paths.Count; path++)
            {
                var word = words.Paths[path].Word;
                if (!peaks.TryGetValue(word, out var peak) || matcher.Score(path) > peak) peaks[word] = matcher.Score(path);
            }
        }
        return peaks;
    }

    /// <summary>Scores of all phones in a recording.</summary>
    /// <param name="states">Outputs of the phones.</param>
    /// <param name="scores">Scores of the recording, [outputs, width].</param>
    /// <param name="width">States of an output.</param>
    public static PhoneScoreHistory ToHistory(PhoneStates states, ReadOnlySpan<float> scores, int width)
    {
        var history = new PhoneScoreHistory(states, scores.Length / width);
        for (var at = 0; at < scores.Length; at += width) history.Accept(scores.Slice(at, width));
        return history;
    }

    /// <summary>Candidates of a recording.</summary>
    /// <param name="words">What is looked for.</param>
    /// <param name="scores">Scores of the recording, [outputs, width].</param>
    /// <param name="width">States of an output.</param>
    public static List<ScannedCandidate> FindCandidates(WordSet words, ReadOnlySpan<float> scores, int width)
    {
        var history = new PhoneScoreHistory(words.States);
        var matcher = new WordMatcher(words, history);
        var (candidates, found) = (new List<WordCandidate>(), new List<ScannedCandidate>());
        for (var at = 0; at < scores.Length; at += width)
        {
            history.Accept(scores.Slice(at, width));
            matcher.Accept(scores.Slice(at, width), candidates);
            Measure();
        }
        matcher.Complete(candidates);
        Measure();
        return found;

        void Measure()
        {
            foreach (var candidate in candidates)
            {
                var features = new float[AlignmentFeatures.Count];
                AlignmentFeatures.Compute(candidate, words.Paths[candidate.Path].Phones, history, features);
                found.Add(new ScannedCandidate(words.Paths[candidate.Path].Word, candidate, features));
            }
            candidates.Clear();
        }
    }
}

/// <summary>A candidate and its numbers.</summary>
/// <param name="Word">Which word.</param>
/// <param name="Candidate">Where.</param>
/// <param name="Features">See <see cref="AlignmentFeatures"/>.</param>
internal sealed record ScannedCandidate(int Word, WordCandidate Candidate, float[] Features);
