namespace AVServer.Lab.Data.Emotion;

/// <summary>A corpus of emotional speech, and what its labels are called here.</summary>
/// <param name="Set">Name of the corpus.</param>
/// <param name="Labels">The corpus's labels and ours; recordings with others are left out.</param>
/// <param name="Label">Ours for every recording of a corpus without labels of emotion; this or <paramref name="Labels"/>.</param>
/// <param name="Folds">How its speakers are dealt to the folds of a cross-validation.</param>
/// <param name="MostPerSpeaker">So many recordings of a speaker at most, spread over all of them; 0 takes all.</param>
public sealed record EmotionSet(
    string Set, IReadOnlyDictionary<string, string>? Labels = null, string? Label = null, EmotionFolds Folds = EmotionFolds.None,
    int MostPerSpeaker = 0);

/// <summary>How a corpus's speakers are dealt to folds.</summary>
public enum EmotionFolds
{
    /// <summary>Only trained on.</summary>
    None,

    /// <summary>Speaker after speaker, in the order of their names; with as many folds as speakers it is leave one speaker out.</summary>
    Speakers,

    /// <summary>As the corpus's <c>folds.tsv</c> says; a speaker must be in one fold.</summary>
    Published,
}
