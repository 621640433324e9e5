using System.Collections.Concurrent;
using AVServer.Detection;

namespace AVServer.Lab.Words;

/// <summary>Candidates of many texts in all recordings, each right, wrong, or neither.</summary>
/// <param name="Texts">The texts.</param>
/// <param name="Words">Their pronunciations, with thresholds.</param>
/// <param name="Candidates">What was found, a list a recording.</param>
internal sealed record JudgeDataset(IReadOnlyList<string> Texts, WordSet Words, IReadOnlyList<IReadOnlyList<ScannedCandidate>> Candidates)
{
    /// <summary>Chooses thresholds on some recordings, then looks for all texts in all of them.</summary>
    public static JudgeDataset Make(WordCorpus corpus, WordsRecipe recipe, Action<string> log)
    {
        IReadOnlyList<string> texts = [.. WordTexts.Choose(corpus.Recordings, corpus.Pronouncer, recipe.Texts, recipe.Seed).Union(recipe.WakeWords)];
        var paths = new List<WordPath>();
        for (var text = 0; text < texts.Count; text++)
            foreach (var phones in WordTexts.Paths(texts[text], corpus.Pronouncer, corpus.States)) paths.Add(new WordPath(text, phones, WordPath.NoThreshold));
        var counted = Enumerable.Range(0, corpus.Recordings.Count).Where(i => corpus.Recordings[i].Text is not null && !corpus.HasOtherTalker(i)).ToArray();
        new Random(recipe.Seed).Shuffle(counted);
        counted = counted[..Math.Min(recipe.Counted, counted.Length)];
        var words = new WordSet(corpus.States, recipe.Matcher, Thresholds(corpus, recipe, paths, texts, counted));
        log($"{texts.Count} texts, {paths.Count} pronunciations; mean threshold {words.Paths.Average(path => path.Threshold):F2}");
        return new JudgeDataset(texts, words, Scan(corpus, words, i => corpus.HasOtherTalker(i) ? [] : corpus.TrainingFeatures[i], corpus.Recordings.Count, log));
    }

    /// <summary>Looks for words in recordings.</summary>
    public static IReadOnlyList<IReadOnlyList<ScannedCandidate>> Scan(WordCorpus corpus, WordSet words, Func<int, float[]> codes, int count, Action<string> log)
    {
        var found = new IReadOnlyList<ScannedCandidate>[count];
        var done = 0;
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            found[i] = codes(i) is { Length: > 0 } heard ? WordSearch.FindCandidates(words, corpus.Score(heard), corpus.Width) : [];
            if (Interlocked.Increment(ref done) % 2000 == 0) log($"searched {done} of {count} recordings");
        });
        return found;
    }

    // A path's threshold is the score that other speech reaches so often; a text's paths share its candidates.
    private static List<WordPath> Thresholds(WordCorpus corpus, WordsRecipe recipe, List<WordPath> paths, IReadOnlyList<string> texts, int[] recordings)
    {
        var open = new WordSet(corpus.States, recipe.Matcher, paths);
        var best = new ConcurrentBag<float>[texts.Count];
        for (var text = 0; text < best.Length; text++) best[text] = [];
        Parallel.ForEach(recordings, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            foreach (var word in WordSearch.PeakScores(open, corpus.Score(corpus.TrainingFeatures[i]), corpus.Width))
                if (!corpus.Recordings[i].MayContain(texts[word.Key])) best[word.Key].Add(word.Value);
        });
        var hours = recordings.Sum(corpus.Hours);
        return [.. paths.Select(path => path with { Threshold = Threshold(path.Word) })];

        float Threshold(int text)
        {
            var perHour = recipe.WakeWords.Contains(texts[text]) ? recipe.SearchedPerHour : recipe.CandidatesPerHour;
            return best[text].OrderDescending().ElementAtOrDefault((int)(perHour * hours));
        }
    }
}
