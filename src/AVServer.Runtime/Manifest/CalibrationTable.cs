namespace AVServer.Runtime;

/// <summary>One measured threshold.</summary>
/// <param name="Threshold">Score from which the keyword counts as said, 0 to 1.</param>
/// <param name="FalseAlarmsPerHour">Triggers per hour of filler at it.</param>
/// <param name="Frr">Rejected keyword utterances ÷ keyword utterances at it.</param>
public sealed record CalibrationPoint(double Threshold, double FalseAlarmsPerHour, double Frr);

/// <summary>What the thresholds of one keyword gave on stated data.</summary>
/// <param name="Data">Which recordings, in words.</param>
/// <param name="FillerHours">Hours of filler listened to.</param>
/// <param name="KeywordUtterances">Keyword utterances listened to.</param>
/// <param name="Points">Ascending by threshold; false alarms never rise and FRR never falls along it.</param>
public sealed record CalibrationTable(string Data, double FillerHours, int KeywordUtterances, IReadOnlyList<CalibrationPoint> Points)
{
    /// <summary>Chooses the lowest threshold that keeps to a target of false alarms per hour.</summary>
    /// <param name="falseAlarmsPerHour">The target, above 0.</param>
    /// <returns>
    /// The threshold, linear in the logarithm of the rate between two measured points; at the table's end, and saying so, where the target
    /// lies outside.
    /// </returns>
    /// <remarks>No alarm in H hours doesn't show a rate of 0: it is read as half an alarm, 1/(2H) per hour.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The target isn't above 0.</exception>
    /// <exception cref="InvalidOperationException">The table is empty.</exception>
    public ThresholdChoice ThresholdFor(double falseAlarmsPerHour)
    {
        if (!(falseAlarmsPerHour > 0) || double.IsInfinity(falseAlarmsPerHour))
            throw new ArgumentOutOfRangeException(
                nameof(falseAlarmsPerHour), falseAlarmsPerHour, "Expected a finite number of false alarms per hour above 0.");
        if (Points.Count == 0)
            throw new InvalidOperationException("The calibration table is empty; calibrate the model again or set a threshold.");

        var target = Math.Log(falseAlarmsPerHour);
        if (LogRate(0) < target) return new ThresholdChoice(Points[0].Threshold, CalibrationRange.AboveTable, Points[0].Frr);

        for (var i = 1; i < Points.Count; i++)
        {
            if (LogRate(i) > target) continue;
            var (before, after) = (LogRate(i - 1), LogRate(i));
            if (before <= target) return At(Points[i - 1], Points[i], 0);
            return At(Points[i - 1], Points[i], (before - target) / (before - after));
        }
        var last = Points[^1];
        var range = LogRate(Points.Count - 1) <= target ? CalibrationRange.Inside : CalibrationRange.BelowTable;
        return new ThresholdChoice(last.Threshold, range, last.Frr);
    }

    private static ThresholdChoice At(CalibrationPoint lower, CalibrationPoint upper, double share) => new(
        lower.Threshold + (share * (upper.Threshold - lower.Threshold)),
        CalibrationRange.Inside,
        lower.Frr + (share * (upper.Frr - lower.Frr)));

    private double LogRate(int index) =>
        Math.Log(Math.Max(Points[index].FalseAlarmsPerHour, 1 / (2 * FillerHours)));
}

/// <summary>A threshold and how far the measurements carry it.</summary>
/// <param name="Threshold">Score from which the keyword counts as said.</param>
/// <param name="Range">Whether the target lay within what was measured.</param>
/// <param name="Frr">Expected share of missed keywords at the threshold, on the calibration's data.</param>
public sealed record ThresholdChoice(double Threshold, CalibrationRange Range, double Frr);

/// <summary>Where a target lies in a calibration table.</summary>
public enum CalibrationRange
{
    /// <summary>Between measured points.</summary>
    Inside,

    /// <summary>Fewer false alarms than any measured threshold gave: the highest was taken, and may give more.</summary>
    BelowTable,

    /// <summary>More false alarms than any measured threshold gave: the lowest was taken, and gives fewer.</summary>
    AboveTable,
}
