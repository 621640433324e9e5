namespace AVServer.Speech;

/// <summary>Reads the phones that a user gives for a text.</summary>
internal static class GivenPronunciations
{
    private const char BetweenPronunciations = ',', BetweenWords = '|';

    /// <summary>The pronunciations in their order, each once.</summary>
    /// <param name="text">The text that they are of.</param>
    /// <param name="phones">As <see cref="Pronouncer.FromPhones"/> takes them.</param>
    /// <exception cref="PronunciationException">There are none or too many, or one isn't such.</exception>
    public static IReadOnlyList<Pronunciation> Read(string text, string phones)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(word => word.ToLowerInvariant()).ToArray();
        if (words.Length == 0)
            throw new PronunciationException(
                PronunciationFault.Empty, "Expected a word before its phones, got none. Write word=HH AH L OW.");
        var pronunciations = phones.Split(BetweenPronunciations, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(given => Read(words, given)).DistinctBy(given => given.ToString()).ToArray();
        return pronunciations.Length switch
        {
            0 => throw new PronunciationException(
                PronunciationFault.Empty,
                $"Expected phones for '{Excerpt.Of(text)}', got none. Write {Excerpt.Of(text)}=HH AH L OW, or the word alone."),
            > Pronouncer.MaxPronunciations => throw new PronunciationException(
                PronunciationFault.TooLong,
                $"Expected at most {Pronouncer.MaxPronunciations} pronunciations, got {pronunciations.Length}. Leave out the less "
                + "usual ones."),
            _ => pronunciations,
        };
    }

    private static Pronunciation Read(string[] words, string given)
    {
        var parts = given.Split(BetweenWords);
        if (parts.Length > 1 && parts.Length != words.Length)
            throw new PronunciationException(
                PronunciationFault.WordCount,
                $"Expected phones of {words.Length} words ({Excerpt.Of(string.Join(' ', words))}) with '{BetweenWords}' between two, got "
                + $"{parts.Length}.");
        var pronounced = parts.Select(
            (part, i) => new PronouncedWord(
                parts.Length == 1 ? string.Join(' ', words) : words[i], PhoneSet.Parse(part), PronunciationSource.Given)).ToArray();
        if (pronounced.FirstOrDefault(word => word.Phones.IsEmpty) is { } silent)
            throw new PronunciationException(PronunciationFault.Empty, $"Expected phones for '{Excerpt.Of(silent.Text)}', got none.");
        var pronunciation = new Pronunciation([.. pronounced]);
        Pronouncer.RequireLength(pronunciation);
        return pronunciation;
    }
}
