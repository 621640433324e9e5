namespace AVServer.Lab.Words;

/// <summary>Turns candidates into a judge.</summary>
internal static class JudgeTraining
{
    private const int MostOfText = 30;
    private const double ShareOfRight = 0.5;

    /// <summary>A judge that never met some texts.</summary>
    /// <param name="material">Who says what.</param>
    /// <param name="data">Candidates.</param>
    /// <param name="texts">Whether a text may teach, by its number.</param>
    /// <param name="seed">Seed of the trees.</param>
    public static Judge Train(JudgeMaterial material, JudgeData data, Func<int, bool> texts, int seed)
    {
        var examples = new List<JudgeExample>();
        for (var i = 0; i < data.Candidates.Count; i++)
        {
            if (material.Spoken[i].Text is null) continue;
            foreach (var group in data.Candidates[i].Where(found => texts(found.Word)).GroupBy(found => found.Word))
            {
                var text = data.Texts[group.Key];
                // Where the text is said its best candidate is the right one; what lies beside it may be either.
                if (material.Spoken[i].Says(text))
                    examples.Add(new JudgeExample { Right = true, Text = group.Key, Features = group.MaxBy(found => found.Candidate.Score)!.Features });
                else if (!material.Spoken[i].MaySay(text))
                    examples.AddRange(group.Select(found => new JudgeExample { Text = group.Key, Features = found.Features }));
            }
        }
        Weigh(examples);
        return Judge.Train(examples, seed);
    }

    // A frequent text counts no more than thirty times, all right ones together half as much as all wrong ones.
    private static void Weigh(List<JudgeExample> examples)
    {
        var times = examples.Where(example => example.Right).GroupBy(example => example.Text).ToDictionary(group => group.Key, group => group.Count());
        foreach (var example in examples) example.Weight = example.Right ? Math.Min(1, MostOfText / (float)times[example.Text]) : 1;
        var right = examples.Where(example => example.Right).Sum(example => (double)example.Weight);
        var factor = (float)(ShareOfRight * examples.Count(example => !example.Right) / right);
        foreach (var example in examples.Where(example => example.Right)) example.Weight *= factor;
    }
}
