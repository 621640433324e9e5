namespace AVServer.Evaluation;

/// <summary>One point of a DET curve.</summary>
/// <param name="Threshold">Score from which the keyword counts as said.</param>
/// <param name="Frr">Rejected keyword utterances ÷ keyword utterances.</param>
/// <param name="FalseAlarmsPerHour">Triggers on filler ÷ hours of filler.</param>
public readonly record struct DetPoint(double Threshold, double Frr, double FalseAlarmsPerHour);
