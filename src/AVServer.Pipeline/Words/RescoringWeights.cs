using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>
/// How a candidate's score follows from what the judge and the recogniser say: a logistic regression's weights, so that it reads as
/// log-odds.
/// </summary>
/// <param name="Judge">Weight of the judge's log-odds.</param>
/// <param name="Text">Weight of ln P(text | sound).</param>
/// <param name="End">Weight of ln P(the text ends there | sound, text).</param>
/// <param name="Bias">Added to the sum.</param>
public sealed record RescoringWeights(float Judge, float Text, float End, float Bias)
{
    /// <summary>Weight of the likeness to recordings of the word: from 1 to 4 strangers' recordings of one voice gain alike.</summary>
    private const float ExampleWeight = 2;

    /// <summary>What the likeness to recordings adds to a score.</summary>
    /// <param name="similarity">See <see cref="Detection.WordExamples.Similarity"/>.</param>
    public static float ExampleScore(float similarity) => ExampleWeight * similarity;

    /// <summary>Combines the three.</summary>
    /// <param name="judge">The judge's log-odds.</param>
    /// <param name="text">See <see cref="Runtime.TextLikelihood.Text"/>.</param>
    /// <param name="end">See <see cref="Runtime.TextLikelihood.End"/>.</param>
    public float Score(float judge, float text, float end) => (Judge * judge) + (Text * text) + (End * end) + Bias;

    /// <inheritdoc cref="Score(float, float, float)"/>
    /// <param name="judge">The judge's log-odds.</param>
    /// <param name="heard">What the recognisers said.</param>
    public float Score(float judge, TextLikelihood heard) => Score(judge, heard.Text, heard.End);

    /// <summary>The highest score that a candidate of this judge's log-odds can reach: no sound fits a text better than surely.</summary>
    /// <param name="judge">The judge's log-odds.</param>
    /// <param name="hasExamples">Whether recordings of the word count too.</param>
    public float UpperBound(float judge, bool hasExamples) => Score(judge, 0, 0) + (hasExamples ? ExampleScore(1) : 0);

    /// <summary>The same once the small recogniser was asked: the large one may be sure.</summary>
    /// <param name="judge">The judge's log-odds.</param>
    /// <param name="heard">What the small one said.</param>
    /// <param name="hasExamples">Whether recordings of the word count too.</param>
    public float UpperBound(float judge, TextLikelihood heard, bool hasExamples) =>
        Score(judge, TextLikelihood.Mean(heard, default, default)) + (hasExamples ? ExampleScore(1) : 0);
}
