namespace AVServer.Lab.Data;

/// <summary>A recording of an audio-visual corpus, as the cache lists it.</summary>
/// <param name="Set">Corpus.</param>
/// <param name="Path">Path inside the corpus.</param>
/// <param name="Text">What is said.</param>
/// <param name="Speaker">Who says it.</param>
/// <param name="Words">Word times; empty where the corpus gives none.</param>
/// <param name="Offset">First byte in the cache's file.</param>
/// <param name="SampleCount">Samples of sound.</param>
/// <param name="PictureCount">Pictures.</param>
/// <param name="SeenCount">Pictures with a face.</param>
public sealed record LipRow(
    string Set, string Path, string Text, string Speaker, IReadOnlyList<AlignedWord> Words, long Offset, int SampleCount, int PictureCount,
    int SeenCount);
