using System.Globalization;
using AVServer.Lab.Training.Emotion;
using AVServer.Networks.Emotion;

namespace AVServer.Lab.Scoring.Emotion;

/// <summary>
/// How well strangers are told in noise: the recipe's own weights, and what was heard of a speaker before lies in the same noise.
/// </summary>
internal static class NoiseReport
{
    private static readonly double[] RatiosDb = [20, 10, 5, 0];
    private static readonly (double Seconds, string Name)[] Histories = [(0, "nothing heard before"), (30, "30 s")];

    /// <summary>Adds the table.</summary>
    /// <param name="report">Where.</param>
    /// <param name="recipe">Who taught, and who is a stranger.</param>
    /// <param name="head">Taught by the recipe's corpora.</param>
    /// <param name="hear">The strangers' recordings at a ratio of speech to noise in dB: rendering 1 of a bank.</param>
    /// <param name="log">Told how far it is.</param>
    public static void Append(
        CrossCorpusReport report, SpeakerHeadRecipe recipe, SpeakerHead head, Func<double, EmotionBank> hear, Action<string> log)
    {
        var taught = string.Join(" + ", recipe.Sets.Select(set => set.Set));
        var rows = recipe.Strangers.Where(set => set.Labels is not null)
            .SelectMany(set => Histories.Select(history => (
                set.Set, history.Seconds, history.Name, Scores: new List<IReadOnlyList<EmotionScore>>())))
            .ToArray();
        foreach (var ratio in RatiosDb)
        {
            var bank = hear(ratio);
            var trainer = new SpeakerHeadTrainer(recipe, bank, variant: 1);
            foreach (var row in rows)
            {
                var places = Enumerable.Range(0, bank.Recordings.Count).Where(place => bank.Recordings[place].Set == row.Set);
                row.Scores.Add([.. trainer.Score(head, places, row.Seconds)]);
            }
            log(string.Create(CultureInfo.InvariantCulture, $"strangers heard in noise at {ratio} dB"));
        }
        report.Begin("Strangers in household noise", [.. RatiosDb.Select(ratio => $"{ratio} dB")]);
        foreach (var row in rows) report.Add(taught, $"{row.Set}, {row.Name}", row.Scores);
    }
}
