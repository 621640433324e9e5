namespace AVServer.Lab.Data;

/// <summary>What synthetic voices say for a keyword.</summary>
/// <param name="Spellings">The keyword as text, with the punctuation that changes its tune.</param>
/// <param name="Pronunciations">The keyword for voices of other languages, which then have an accent: text, or espeak-ng phonemes in double
/// brackets.</param>
/// <param name="NearMisses">Words that sound like it and are not it.</param>
/// <param name="Seed">Seed of voices, rates and shapes.</param>
public sealed record SynthesisRecipe(
    IReadOnlyList<string> Spellings, IReadOnlyList<string> Pronunciations, IReadOnlyList<string> NearMisses, int Seed = 1);
