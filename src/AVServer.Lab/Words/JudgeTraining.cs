using AVServer.Pipeline;

namespace AVServer.Lab.Words;

/// <summary>Turns candidates into a judge.</summary>
internal static class JudgeTraining
{
    private const int MostOfText = 30;
    private const double ShareOfRight = 0.5;

    /// <summary>False alarms an hour that a word is measured for unless told otherwise.</summary>
    private const double PromisedRate = 0.5;

    /// <summary>Share of the texts for which the promise holds.</summary>
    private const double ShareThatHolds = 0.75;

    private const double SteepestSlope = 3;
    private const double SlopeStep = 0.05;

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

    /// <summary>
    /// The fall of the rate of false alarms with the score by which thresholds that are read off the stored speech hold elsewhere: in other speech
    /// <see cref="ShareThatHolds"/> of the texts that the judge never met have at most <see cref="PromisedRate"/> false alarms an hour.
    /// </summary>
    /// <remarks>Not their mean: a text that sounds like another one is found where that is said, and would decide for all.</remarks>
    /// <param name="material">Who says what.</param>
    /// <param name="data">Candidates.</param>
    /// <param name="recipe">Which speech is stored, and which doesn't count.</param>
    public static double TailSlope(JudgeMaterial material, JudgeData data, WordsRecipe recipe)
    {
        const int folds = 3;
        var stored = Recordings(material, spoken => recipe.Background.Contains(spoken.Clip.Set));
        var storedHours = stored.Sum(material.Hours);
        var measured = new List<(List<float> Stored, List<float> Others, double Hours)>();
        for (var fold = 0; fold < folds; fold++)
        {
            var judge = Train(material, data, text => text % folds != fold, recipe.Seed);
            var others = Recordings(material, spoken => spoken.Text is not null && !recipe.NotCounted.Contains(spoken.Clip.Set));
            var (inStored, inOthers) = (Alarms(data, stored, judge, IsLeftOut), Alarms(data, others, judge, IsLeftOut));

            bool IsLeftOut(int text) => text % folds == fold;
            for (var text = fold; text < data.Texts.Count; text += folds)
            {
                var without = others.Where(i => !material.Spoken[i].MaySay(data.Texts[text])).ToHashSet();
                if (!inStored.TryGetValue(text, out var near)) continue;
                measured.Add((
                    [.. near.Select(alarm => alarm.Score).OrderDescending()],
                    [.. inOthers.GetValueOrDefault(text, []).Where(alarm => without.Contains(alarm.Recording)).Select(alarm => alarm.Score)],
                    without.Sum(material.Hours)));
            }
        }
        var slope = SteepestSlope;
        while (slope > SlopeStep && measured.Count(text => Holds(text.Stored, text.Others, text.Hours)) < ShareThatHolds * measured.Count) slope -= SlopeStep;
        return slope;

        bool Holds(List<float> near, List<float> far, double hours)
        {
            var threshold = AlarmTail.Threshold(near, PromisedRate * storedHours, slope);
            return far.Count(score => score > threshold) <= PromisedRate * hours;
        }
    }

    private static int[] Recordings(JudgeMaterial material, Func<SpokenText, bool> chosen) =>
        [.. Enumerable.Range(0, material.Spoken.Count).Where(i => material.Hours(i) > 0 && chosen(material.Spoken[i]))];

    /// <summary>The loudest alarm of each of some texts in each recording.</summary>
    /// <param name="data">Candidates.</param>
    /// <param name="recordings">Which recordings.</param>
    /// <param name="judge">Scores them.</param>
    /// <param name="texts">Which texts, by their number.</param>
    public static Dictionary<int, List<(int Recording, float Score)>> Alarms(
        JudgeData data, IEnumerable<int> recordings, Judge judge, Func<int, bool> texts)
    {
        var alarms = new Dictionary<int, List<(int Recording, float Score)>>();
        foreach (var recording in recordings)
            foreach (var group in data.Candidates[recording].Where(found => texts(found.Word)).GroupBy(found => found.Word))
            {
                if (!alarms.TryGetValue(group.Key, out var scores)) alarms[group.Key] = scores = [];
                scores.Add((recording, group.Max(found => judge.Score(found.Features))));
            }
        return alarms;
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
