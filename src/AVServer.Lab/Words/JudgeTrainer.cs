namespace AVServer.Lab.Words;

/// <summary>Turns candidates into a judge.</summary>
internal static class JudgeTrainer
{
    private const int MaxExamplesPerText = 30;
    private const double ShareOfRight = 0.5;

    /// <summary>A judge that never met some texts.</summary>
    /// <param name="corpus">Who says what.</param>
    /// <param name="data">Candidates.</param>
    /// <param name="texts">Whether a text may teach, by its number.</param>
    /// <param name="seed">Seed of the trees.</param>
    public static Judge Train(WordCorpus corpus, JudgeDataset data, Func<int, bool> texts, int seed)
    {
        var examples = new List<JudgeExample>();
        for (var i = 0; i < data.Candidates.Count; i++)
        {
            if (corpus.Recordings[i].Text is null) continue;
            foreach (var group in data.Candidates[i].Where(found => texts(found.Word)).GroupBy(found => found.Word))
            {
                var text = data.Texts[group.Key];
                // Where the text is said its best candidate is the right one; what lies beside it may be either.
                if (corpus.Recordings[i].Contains(text))
                    examples.Add(new JudgeExample { IsWord = true, Text = group.Key, Features = group.MaxBy(found => found.Candidate.Score)!.Features });
                else if (!corpus.Recordings[i].MayContain(text))
                    examples.AddRange(group.Select(found => new JudgeExample { Text = group.Key, Features = found.Features }));
            }
        }
        Balance(examples);
        return Judge.Train(examples, seed);
    }

    // A frequent text counts no more than thirty times, all right ones together half as much as all wrong ones.
    private static void Balance(List<JudgeExample> examples)
    {
        var times = examples.Where(example => example.IsWord).GroupBy(example => example.Text).ToDictionary(group => group.Key, group => group.Count());
        foreach (var example in examples) example.Weight = example.IsWord ? Math.Min(1, MaxExamplesPerText / (float)times[example.Text]) : 1;
        var right = examples.Where(example => example.IsWord).Sum(example => (double)example.Weight);
        var factor = (float)(ShareOfRight * examples.Count(example => !example.IsWord) / right);
        foreach (var example in examples.Where(example => example.IsWord)) example.Weight *= factor;
    }
}
