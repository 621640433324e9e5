namespace AVServer.Runtime;

/// <summary>Names of the files that say how words sound.</summary>
public static class PronunciationFiles
{
    /// <summary>Of a <see cref="ModelKind.Lexicon"/>: a line for each pronunciation, in CMUdict's format.</summary>
    public const string Lexicon = "cmudict.txt";

    /// <summary>Of a <see cref="ModelKind.LettersToPhones"/>: the joint n-gram model.</summary>
    public const string LettersToPhones = "model.bin";
}
