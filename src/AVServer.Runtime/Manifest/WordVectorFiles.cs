namespace AVServer.Runtime;

/// <summary>Names of a word-vector model's files; it has no graph.</summary>
public static class WordVectorFiles
{
    /// <summary>The words, UTF-8, one a line, most frequent first.</summary>
    public const string Words = "words.txt";

    /// <summary>Their vectors in the same order, half precision, little-endian.</summary>
    public const string Vectors = "vectors.f16";
}
