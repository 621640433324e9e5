using AVServer.Pipeline;

namespace AVServer.Lab.Words;

/// <summary>What <see cref="RescoringTrainer"/> learns.</summary>
/// <param name="Weights">How judge and recognisers together make the score.</param>
/// <param name="FalseAlarms">How a threshold that holds elsewhere follows from a text's alarms in the stored speech.</param>
internal sealed record TrainedRescoring(RescoringWeights Weights, FalseAlarmModel FalseAlarms);
