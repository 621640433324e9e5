namespace AVServer.Lab.Data;

/// <summary>A line of a corpus's manifest, and where the cache holds its samples.</summary>
/// <param name="Set">Corpus.</param>
/// <param name="Path">Path inside the corpus.</param>
/// <param name="Label">What is said, or what it is.</param>
/// <param name="Speaker">Speaker; empty where none is named.</param>
/// <param name="Samples">Its samples in the corpus's cache.</param>
public sealed record CorpusRow(string Set, string Path, string Label, string Speaker, Range Samples);
