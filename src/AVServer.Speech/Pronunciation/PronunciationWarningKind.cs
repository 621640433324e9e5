namespace AVServer.Speech;

/// <summary>What is the matter with a keyword.</summary>
public enum PronunciationWarningKind
{
    /// <summary>Too few phones to tell it from what is said all day.</summary>
    TooShort,

    /// <summary>Frequent words sound like it, or contain it.</summary>
    NearCommonWords,

    /// <summary>Another keyword sounds like it, or one contains the other.</summary>
    NearKeyword,
}
