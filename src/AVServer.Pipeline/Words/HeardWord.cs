namespace AVServer.Pipeline;

/// <summary>What the sound brought to light of a keyword, on its way to the pictures: a word, or one that lips help to decide.</summary>
/// <param name="Detection">A word that is decided; null where it isn't yet.</param>
/// <param name="Candidate">One that isn't; null where it is.</param>
internal readonly record struct HeardWord(KeywordDetection? Detection, ScoredWord? Candidate);
