namespace AVServer.Lab.Scoring.Emotion;

/// <summary>What a model that never saw an example said of it.</summary>
/// <param name="Condition">What the model was given, one of <see cref="EmotionConditions"/>.</param>
/// <param name="Fold">Fold that tested it.</param>
/// <param name="Example">Path of the recording, or number of the text.</param>
/// <param name="Label">Its emotion, as a place among the recipe's labels.</param>
/// <param name="Logits">One for each label.</param>
public sealed record EmotionScore(string Condition, int Fold, string Example, int Label, float[] Logits);

/// <summary>What a model may be given.</summary>
public static class EmotionConditions
{
    /// <summary>Sound, to the part that hears.</summary>
    public const string Sound = "sound alone";

    /// <summary>A text of the same label, to the part that reads.</summary>
    public const string Words = "words alone";

    /// <summary>Sound without a transcript, to the whole.</summary>
    public const string NoWords = "both, no words";

    /// <summary>Sound and a text of the same label.</summary>
    public const string MatchingWords = "both, words of the label";

    /// <summary>Sound and a text of another label.</summary>
    public const string OtherWords = "both, words of another label";

    /// <summary>A text, to the part that reads, over a whole split.</summary>
    public const string Texts = "GoEmotions";

    /// <summary>A text, to the baseline.</summary>
    public const string BagOfWords = "GoEmotions, bag of words";
}
