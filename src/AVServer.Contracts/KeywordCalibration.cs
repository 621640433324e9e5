namespace AVServer.Contracts;

/// <summary>What the thresholds of a keyword stand for, as they were measured.</summary>
/// <param name="Keyword">Which one.</param>
/// <param name="Threshold">Score that makes a detection on this server.</param>
/// <param name="Data">Which recordings were listened to, in words.</param>
/// <param name="FillerHours">Hours of filler listened to. No alarm in that time is read as half an alarm.</param>
/// <param name="KeywordUtterances">Keyword utterances listened to.</param>
/// <param name="Points">
/// Ascending by threshold; false alarms never rise and FRR never falls along it. Between two of them the logarithm of the rate is linear in
/// the threshold.
/// </param>
/// <param name="Modality">Of an audio-visual model, the way of looking that the table is of; absent for a model that only hears.</param>
public sealed record KeywordCalibration(
    string Keyword,
    float Threshold,
    string Data,
    double FillerHours,
    int KeywordUtterances,
    IReadOnlyList<MeasuredThreshold> Points,
    Modality? Modality = null);

/// <summary>One measured threshold.</summary>
/// <param name="Threshold">Score from which the keyword counts as said, 0 to 1.</param>
/// <param name="FalseAlarmsPerHour">Triggers per hour of filler at it.</param>
/// <param name="Frr">Rejected keyword utterances ÷ keyword utterances at it.</param>
public sealed record MeasuredThreshold(double Threshold, double FalseAlarmsPerHour, double Frr);
