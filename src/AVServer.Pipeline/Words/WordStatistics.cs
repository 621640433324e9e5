using AVServer.Detection;

namespace AVServer.Pipeline;

/// <summary>What a word's search found in stored speech in which it isn't said.</summary>
/// <param name="Paths">The word's pronunciations with their matching thresholds.</param>
/// <param name="SmallRecogniserThreshold">Least judge's log-odds of a candidate that the small recogniser rescores.</param>
/// <param name="LargeRecogniserThreshold">Least score by then of one that the large recogniser rescores too.</param>
/// <param name="Candidates">The candidates that were rescored.</param>
internal sealed record WordStatistics(
    IReadOnlyList<WordPath> Paths, float SmallRecogniserThreshold, float LargeRecogniserThreshold, IReadOnlyList<BackgroundCandidate> Candidates)
{
    /// <summary>Recordings of the word, to be compared with what was taken for it.</summary>
    /// <param name="examples">See <see cref="WordExamples.Embed"/>; at least one.</param>
    public WordExamples CreateExamples(IReadOnlyList<float[]> examples) => new(examples, [.. Candidates.Select(candidate => candidate.Embedding)]);
}

/// <summary>A stretch of other speech that was taken for a word.</summary>
/// <param name="End">Number of the output behind which it ends, counted through all stored recordings.</param>
/// <param name="Score">Its score by text, log-odds.</param>
/// <param name="Embedding">See <see cref="WordExamples.Embed"/>.</param>
internal readonly record struct BackgroundCandidate(long End, float Score, float[] Embedding)
{
    /// <summary>Its score where recordings of the word count too.</summary>
    public float ScoreWith(WordExamples? examples) =>
        examples is null ? Score : Score + RescoringWeights.ExampleScore(examples.Similarity(Embedding));
}
