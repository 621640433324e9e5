namespace AVServer.Lab.Data.Emotion;

/// <summary>A recording with an emotion.</summary>
/// <param name="Set">Corpus.</param>
/// <param name="Path">Path inside the corpus; with <paramref name="Set"/> its identity.</param>
/// <param name="Speaker">Speaker.</param>
/// <param name="Label">Emotion, as a place among the recipe's labels.</param>
/// <param name="Fold">The fold that tests it; -1 is in none.</param>
/// <param name="Samples">Its samples in the corpus's cache.</param>
public sealed record Recording(string Set, string Path, string Speaker, int Label, int Fold, Range Samples);
