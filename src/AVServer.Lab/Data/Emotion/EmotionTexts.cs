using AVServer.Speech;

namespace AVServer.Lab.Data.Emotion;

/// <summary>A text with an emotion.</summary>
/// <param name="Words">Its words, as the server's tokeniser cuts them.</param>
/// <param name="Label">Emotion, as a place among the recipe's labels.</param>
public sealed record LabelledText(IReadOnlyList<string> Words, int Label);

/// <summary>
/// GoEmotions (Demszky et al., arXiv 2005.00547): Reddit comments, of which those count that have one emotion and one that a recipe names.
/// </summary>
public static class EmotionTexts
{
    /// <summary>Reads a split.</summary>
    /// <param name="corpora">Folder of the corpora.</param>
    /// <param name="split"><c>train</c>, <c>dev</c> or <c>test</c>.</param>
    /// <param name="names">GoEmotions' labels in Ekman's seven classes, and ours.</param>
    /// <param name="labels">Our labels.</param>
    public static IReadOnlyList<LabelledText> Read(
        string corpora, string split, IReadOnlyDictionary<string, string> names, IReadOnlyList<string> labels)
    {
        var places = labels.Select((label, i) => (label, i)).ToDictionary(label => label.label, label => label.i, StringComparer.Ordinal);
        return
        [
            .. File.ReadLines(Path.Combine(corpora, "text", "goemotions.tsv"))
                .Skip(1)
                .Select(line => line.Split('\t'))
                .Where(fields => fields[2] == split && names.ContainsKey(fields[1]))
                .Select(fields => new LabelledText(Tokenizer.Split(fields[0]), places[names[fields[1]]])),
        ];
    }
}
