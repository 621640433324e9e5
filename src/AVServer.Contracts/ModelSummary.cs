namespace AVServer.Contracts;

/// <summary>What a client is told of a loaded model.</summary>
/// <param name="Name">Folder name under the models' folder.</param>
/// <param name="Version">Version of the weights.</param>
/// <param name="Kind">
/// What it does: <c>keywordSpotter</c>, <c>keywordVerifier</c>, <c>audioVisualSpotter</c>, <c>speechEmbedding</c>, <c>faceDetector</c>,
/// <c>faceMesh</c>, <c>emotion</c>, <c>wordVectors</c>, <c>voiceActivity</c>, <c>phoneModel</c>, <c>lexicon</c>, <c>lettersToPhones</c> or
/// <c>transcriber</c>.
/// </param>
/// <param name="Keywords">Wake words that it knows; empty for a model that only serves others.</param>
/// <param name="Licence">Licence of the weights, an SPDX expression.</param>
/// <param name="Active">Whether it decides on live streams; a first stage before a verifier only proposes.</param>
/// <param name="Threshold">Score that makes a detection, of an audio-visual model with a face in sight, of a first stage before an active
/// verifier a candidate; absent where it does not listen.</param>
/// <param name="FalseAlarmsPerHour">What the threshold stands for, by the model's calibration; absent where the threshold was set by hand,
/// and for a first stage before a verifier.</param>
/// <param name="Emotions">Emotions that it tells apart; absent for a model that is no emotion model.</param>
/// <param name="Note">Why it does nothing, where that is a matter of the configuration.</param>
/// <param name="FirstStage">Name of the model that proposes what a verifier judges; absent for all others.</param>
/// <param name="RefractorySeconds">Media time after a detection with no other; absent where it does not decide.</param>
/// <param name="Calibration">What other thresholds would stand for; absent where it does not decide.</param>
public sealed record ModelSummary(
    string Name,
    string Version,
    string Kind,
    IReadOnlyList<string> Keywords,
    string Licence,
    bool Active,
    float? Threshold = null,
    double? FalseAlarmsPerHour = null,
    IReadOnlyList<string>? Emotions = null,
    string? Note = null,
    string? FirstStage = null,
    double? RefractorySeconds = null,
    IReadOnlyList<KeywordCalibration>? Calibration = null);
