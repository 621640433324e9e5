namespace AVServer.Speech;

/// <summary>Where a word's phones come from.</summary>
public enum PronunciationSource
{
    /// <summary>The lexicon has the word.</summary>
    Lexicon,

    /// <summary>Guessed from the word's spelling, because the lexicon lacks it.</summary>
    Spelling,

    /// <summary>The names of its letters, one by one, as in "TTS".</summary>
    LetterNames,

    /// <summary>The user gave them.</summary>
    Given,
}
