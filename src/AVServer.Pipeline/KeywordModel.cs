using AVServer.Contracts;
using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>A keyword model ready to run: its spotter, perhaps a verifier behind it, and the thresholds. Shared by all streams.</summary>
/// <param name="Name">Name by which it was asked for: the verifier's, or the spotter's where it runs alone.</param>
/// <param name="Spotter">The first stage.</param>
/// <param name="SpotterReference">The first stage's name and version.</param>
/// <param name="Features">What the first stage hears.</param>
/// <param name="OutputsPerStep">Posteriors of each keyword in a step.</param>
/// <param name="Words">Keywords in the order of the first stage's outputs.</param>
/// <param name="SmoothingFrames">Posteriors in the first stage's moving average.</param>
/// <param name="VerifySteps">Steps in which a candidate is judged.</param>
/// <param name="RefractorySteps">Steps after a detection with no other.</param>
/// <param name="Verifier">The second stage, where there is one.</param>
internal sealed record KeywordModel(
    string Name,
    DynamicBatcher Spotter,
    ModelReference SpotterReference,
    FeatureSpec Features,
    int OutputsPerStep,
    IReadOnlyList<KeywordThreshold> Words,
    int SmoothingFrames,
    int VerifySteps,
    int RefractorySteps,
    VerifierStage? Verifier);

/// <summary>One keyword's operating point.</summary>
/// <param name="Keyword">Which one.</param>
/// <param name="FirstThreshold">First-stage score that makes a candidate; the deciding one where there is no verifier.</param>
/// <param name="Threshold">Score of the deciding stage that makes a detection.</param>
/// <param name="FalseAlarmsPerHour">What the threshold stands for; null where it was set by hand.</param>
internal sealed record KeywordThreshold(string Keyword, float FirstThreshold, float Threshold, double? FalseAlarmsPerHour);

/// <summary>The second stage of a cascade.</summary>
/// <param name="Head">Judges a window of embeddings.</param>
/// <param name="Embedding">Makes them.</param>
/// <param name="FirstWeight">What the first stage counts beside it, see <see cref="FirstStageSpec"/>.</param>
/// <param name="Reference">Name and version, for events.</param>
internal sealed record VerifierStage(VerifierModel Head, SpeechEmbedding Embedding, float FirstWeight, ModelReference Reference);
