namespace AVServer.Contracts;

/// <summary>A wake word that live streams are searched for, as <c>/api/keywords</c> lists it.</summary>
/// <param name="Keyword">Its name in events.</param>
/// <param name="Model">The model that decides.</param>
/// <param name="Threshold">Score that makes a detection.</param>
/// <param name="FalseAlarmsPerHour">What the threshold stands for by calibration; absent where it was set by hand.</param>
/// <param name="Details">What was found out about a word that was given as text; absent for one that a model was trained for.</param>
public sealed record KeywordSummary(
    string Keyword, ModelReference Model, float Threshold, double? FalseAlarmsPerHour = null, KeywordDetails? Details = null);
