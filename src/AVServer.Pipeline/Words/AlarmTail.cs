namespace AVServer.Pipeline;

/// <summary>The threshold that so many alarms pass, also where it is so few that stored speech never had them.</summary>
internal static class AlarmTail
{
    /// <summary>Alarms whose scores say how the rate falls; rarer ones follow their line.</summary>
    private const int TailAlarms = 20;

    /// <summary>How many alarms the usual fall of other words counts for beside them.</summary>
    private const int PriorAlarms = 10;

    /// <summary>Chooses a threshold.</summary>
    /// <param name="alarms">Scores of the alarms that a stretch of speech gave, highest first.</param>
    /// <param name="allowed">How many may be left in such a stretch; also less than one.</param>
    /// <param name="usualSlope">How the logarithm of the rate falls with the score for other words.</param>
    public static float Threshold(IReadOnlyList<float> alarms, double allowed, double usualSlope)
    {
        if (alarms.Count == 0) return 0;
        var counted = Math.Min(TailAlarms, alarms.Count);
        if (allowed >= counted) return alarms[Math.Min((int)allowed, alarms.Count - 1)];
        // Above the last of them the scores fall off exponentially: the most likely rate, with the other words' as a prior.
        var last = alarms[counted - 1];
        var slope = (counted + PriorAlarms) / (alarms.Take(counted).Sum(score => score - last) + (PriorAlarms / usualSlope));
        return last + (float)(Math.Log(counted / allowed) / slope);
    }
}
