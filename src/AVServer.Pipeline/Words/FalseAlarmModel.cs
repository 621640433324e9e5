namespace AVServer.Pipeline;

/// <summary>
/// The threshold that so many false alarms an hour pass, also where it is so few that an hour of stored speech hardly ever had them: what
/// is usual for words, drawn towards the word's own alarms, within what their number says.
/// </summary>
/// <remarks>
/// A shrinkage estimate (empirical Bayes): what one hour of speech has of a word is in part the chance of who spoke, so a word whose alarms
/// are loud there is taken for one that is less so elsewhere. The lab learns the four numbers on other texts, whose alarms it counts in
/// much more speech.
/// </remarks>
/// <param name="UsualLevel">Mean over texts of the <see cref="Level"/>.</param>
/// <param name="UsualThreshold">
/// Threshold of a text of this level for <see cref="PromisedRate"/>, so that the promise holds for most.
/// </param>
/// <param name="Share">How much of a text's distance from the usual level its threshold keeps, 0 to 1.</param>
/// <param name="Fall">By how much thresholds fall where the target is e times as much.</param>
public sealed record FalseAlarmModel(double UsualLevel, double UsualThreshold, double Share, double Fall)
{
    /// <summary>False alarms an hour that a word is measured for unless told otherwise.</summary>
    public const double PromisedRate = 0.5;

    /// <summary>Alarms an hour, the loudest, that say how loud a word's are.</summary>
    private const double LevelPerHour = 10;

    /// <summary>Standard deviations of a count, which are the roots of what is expected, that it may lie off by chance.</summary>
    private const double Chance = 2;

    /// <summary>Chooses a threshold.</summary>
    /// <param name="alarms">Scores of the alarms that a stretch of speech gave, highest first.</param>
    /// <param name="hours">Its length.</param>
    /// <param name="perHour">False alarms an hour that are wanted.</param>
    public float Threshold(IReadOnlyList<float> alarms, double hours, double perHour)
    {
        var level = alarms.Count == 0 ? UsualLevel : Level(alarms, hours);
        var usual = (float)(UsualThreshold + (Share * (level - UsualLevel)) - (Fall * Math.Log(perHour / PromisedRate)));
        var expected = perHour * hours;
        var (fewest, most) = (expected - (Chance * Math.Sqrt(expected)), (int)(expected + (Chance * Math.Sqrt(expected))));
        var least = most < alarms.Count ? alarms[most] : float.NegativeInfinity;
        var highest = fewest >= 0 && fewest < alarms.Count ? alarms[(int)fewest] : float.PositiveInfinity;
        return Math.Clamp(usual, least, highest);
    }

    /// <summary>How loud a word's alarms are: the mean of its loudest.</summary>
    /// <param name="alarms">Their scores, highest first; at least one.</param>
    /// <param name="hours">Length of the speech.</param>
    public static double Level(IReadOnlyList<float> alarms, double hours) =>
        alarms.Take(Math.Max(1, (int)Math.Round(LevelPerHour * hours))).Average();
}
