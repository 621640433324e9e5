namespace AVServer.Detection;

/// <summary>A place where a word may have been said.</summary>
/// <param name="Path">Number of the path in its <see cref="WordSet"/>.</param>
/// <param name="Score">Sum of the gains along the alignment.</param>
/// <param name="Entries">Frame in which each phone begins.</param>
/// <param name="End">Last frame of the word.</param>
public sealed record WordCandidate(int Path, float Score, IReadOnlyList<long> Entries, long End)
{
    /// <summary>First frame of the word.</summary>
    public long Start => Entries[0];
}
