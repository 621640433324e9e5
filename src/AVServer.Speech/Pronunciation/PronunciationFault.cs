namespace AVServer.Speech;

/// <summary>Why a text has no pronunciation.</summary>
public enum PronunciationFault
{
    /// <summary>Nothing was given.</summary>
    Empty,

    /// <summary>There is nothing in it that is spoken: punctuation or pictures only.</summary>
    NothingToSay,

    /// <summary>It has letters of a script that isn't known.</summary>
    UnknownScript,

    /// <summary>More characters, words or phones than a keyword may have.</summary>
    TooLong,

    /// <summary>A phone that doesn't exist.</summary>
    UnknownPhone,

    /// <summary>Phones of more or of fewer words than the text has.</summary>
    WordCount,
}
