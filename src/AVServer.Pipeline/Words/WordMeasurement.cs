using AVServer.Detection;

namespace AVServer.Pipeline;

/// <summary>What was taken for a word in stored speech in which it isn't said.</summary>
/// <param name="Paths">The word's pronunciations with their matching thresholds.</param>
/// <param name="HeardFrom">Least judge's log-odds of a candidate that the small recogniser hears.</param>
/// <param name="HeardAgainFrom">Least score by then of one that the large recogniser hears too.</param>
/// <param name="Others">The candidates that were heard.</param>
internal sealed record WordMeasurement(
    IReadOnlyList<WordPath> Paths, float HeardFrom, float HeardAgainFrom, IReadOnlyList<OtherSpeech> Others)
{
    /// <summary>Recordings of the word, to be looked at beside what was taken for it.</summary>
    /// <param name="examples">See <see cref="WordExamples.Describe"/>; at least one.</param>
    public WordExamples Beside(IReadOnlyList<float[]> examples) => new(examples, [.. Others.Select(other => other.Described)]);
}

/// <summary>A stretch of other speech that was taken for a word.</summary>
/// <param name="End">Number of the output behind which it ends, counted through all stored recordings.</param>
/// <param name="Score">Its score by text, log-odds.</param>
/// <param name="Described">See <see cref="WordExamples.Describe"/>.</param>
internal readonly record struct OtherSpeech(long End, float Score, float[] Described)
{
    /// <summary>Its score where recordings of the word count too.</summary>
    public float ScoreWith(WordExamples? examples) =>
        examples is null ? Score : Score + Rescoring.OfExamples(examples.Similarity(Described));
}
