using AVServer.Pipeline;

namespace AVServer.Lab.Words;

/// <summary>What <see cref="RescoringTraining"/> learns.</summary>
/// <param name="Weights">How judge and recogniser together make the score.</param>
/// <param name="TailSlope">
/// The fall of the logarithm of the rate of false alarms with the score by which thresholds that are read off the stored speech hold
/// elsewhere.
/// </param>
internal sealed record TaughtRescoring(Rescoring Weights, double TailSlope);
