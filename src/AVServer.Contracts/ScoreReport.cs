namespace AVServer.Contracts;

/// <summary>Everything found in one file.</summary>
/// <param name="File">Name as it was given.</param>
/// <param name="DurationSeconds">Length of the media.</param>
/// <param name="MaxPosterior">Highest score of each keyword at the stage that decides: the verifier's where it ran, else the first stage's
/// scaled below its threshold.</param>
/// <param name="Events">Events in order, <c>opened</c> and <c>closed</c> left out.</param>
/// <param name="Posteriors">Posterior curves, only on request.</param>
/// <param name="Segments">Utterances in order; absent where neither emotion nor a transcriber is on.</param>
/// <param name="Warnings">What of the file was not read or can't be trusted, as damage; absent where all is well.</param>
public sealed record ScoreReport(
    string File,
    double DurationSeconds,
    IReadOnlyDictionary<string, float> MaxPosterior,
    IReadOnlyList<StreamEvent> Events,
    IReadOnlyList<PosteriorCurve>? Posteriors = null,
    IReadOnlyList<SpokenSegment>? Segments = null,
    IReadOnlyList<ScoreWarning>? Warnings = null);

/// <summary>One keyword's posterior over a file.</summary>
/// <param name="Keyword">Which one.</param>
/// <param name="Stage">Which model's, by name; of an audio-visual model with the way of looking, as in <c>please-av/audio</c>.</param>
/// <param name="StepSeconds">Media time between two values.</param>
/// <param name="Values">Value i covers the media that ends at (i + 1) · step; closed gate, or no look, counts as 0.</param>
public sealed record PosteriorCurve(string Keyword, string Stage, double StepSeconds, float[] Values);
