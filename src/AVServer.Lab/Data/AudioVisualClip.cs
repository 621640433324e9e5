namespace AVServer.Lab.Data;

/// <summary>One recording of a talker, heard and seen.</summary>
/// <param name="Path">Path inside its corpus.</param>
/// <param name="Talker">Who speaks.</param>
/// <param name="Split">What it may be used for.</param>
/// <param name="Words">What is said and when; never empty.</param>
/// <param name="Keyword">The keyword, where it is said.</param>
/// <param name="Row">Where the cache holds sound and lips.</param>
public sealed record AudioVisualClip(
    string Path, string Talker, Split Split, IReadOnlyList<AlignedWord> Words, AlignedWord? Keyword, LipRow Row);
