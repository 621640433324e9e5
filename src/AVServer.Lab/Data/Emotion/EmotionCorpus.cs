using System.Globalization;

namespace AVServer.Lab.Data.Emotion;

/// <summary>Recordings of several corpora with one set of labels, dealt to folds that share no speaker.</summary>
public static class EmotionCorpus
{
    /// <summary>Reads the corpora.</summary>
    /// <param name="corpora">Folder of the corpora: their <c>manifest.tsv</c> has columns <c>path</c>, <c>speaker</c> and, where it has
    /// emotions, <c>emotion</c>.</param>
    /// <param name="cache">The same corpora, decoded.</param>
    /// <param name="sets">Which, and how they are labelled.</param>
    /// <param name="labels">Our labels.</param>
    /// <param name="folds">Number of folds.</param>
    /// <exception cref="InvalidDataException">A speaker of published folds is tested in two, or a label is none of ours.</exception>
    public static IReadOnlyList<Recording> Read(
        string corpora, CorpusCache cache, IReadOnlyList<EmotionSet> sets, IReadOnlyList<string> labels, int folds) =>
        [.. sets.SelectMany(set => Read(Path.Combine(corpora, set.Set), cache, set, labels, folds))];

    private static IEnumerable<Recording> Read(string corpus, CorpusCache cache, EmotionSet set, IReadOnlyList<string> labels, int folds)
    {
        var described = Table(Path.Combine(corpus, "manifest.tsv"))
            .ToDictionary(row => row("path"), row => (Emotion: row("emotion"), Speaker: row("speaker")), StringComparer.Ordinal);
        var rows = cache.Rows(set.Set).Select(row => (Row: row, described[row.Path].Speaker, Label: LabelOf(described[row.Path].Emotion)))
            .Where(row => row.Label >= 0).ToList();
        var foldOf = FoldsOf(
            corpus, set, [.. rows.Select(row => row.Speaker).Distinct().Order(StringComparer.Ordinal)], path => described[path].Speaker,
            folds);
        return rows.GroupBy(row => row.Speaker).SelectMany(speaker => Spread([.. speaker], set.MostPerSpeaker))
            .Select(row => new Recording(set.Set, row.Row.Path, row.Speaker, row.Label, foldOf(row.Speaker), row.Row.Samples));

        int LabelOf(string emotion)
        {
            if ((set.Label ?? set.Labels?.GetValueOrDefault(emotion)) is not { } ours) return -1;
            var place = labels.ToList().IndexOf(ours);
            return place >= 0 ? place
                : throw new InvalidDataException($"Expected one of {string.Join(", ", labels)} for {set.Set}, got {ours}.");
        }
    }

    private static Func<string, int> FoldsOf(
        string corpus, EmotionSet set, List<string> speakers, Func<string, string> speakerOf, int folds)
    {
        if (set.Folds == EmotionFolds.None) return _ => -1;
        if (set.Folds == EmotionFolds.Speakers) return speaker => speakers.IndexOf(speaker) % folds;
        var published = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in Table(Path.Combine(corpus, "folds.tsv")).Where(row => row("split") == "test"))
        {
            var (speaker, fold) = (speakerOf(row("path")), int.Parse(row("fold"), CultureInfo.InvariantCulture) - 1);
            if (!published.TryAdd(speaker, fold) && published[speaker] != fold)
                throw new InvalidDataException(
                    $"Expected speaker {speaker} of {set.Set} in one fold, got {published[speaker] + 1} and {fold + 1}.");
        }
        return speaker => published[speaker];
    }

    private static IEnumerable<T> Spread<T>(IReadOnlyList<T> rows, int most)
    {
        var taken = most == 0 ? rows.Count : Math.Min(most, rows.Count);
        for (var i = 0; i < taken; i++) yield return rows[(int)((long)i * rows.Count / taken)];
    }

    /// <summary>
    /// Lines of a tab-separated file as functions from a column's name to its value; empty where there is no such column.
    /// </summary>
    private static IEnumerable<Func<string, string>> Table(string path)
    {
        string[]? columns = null;
        foreach (var fields in File.ReadLines(path).Select(line => line.Split('\t')))
        {
            if (columns is null)
            {
                columns = fields;
                continue;
            }
            var names = columns;
            yield return name => Array.IndexOf(names, name) is >= 0 and var i && i < fields.Length ? fields[i] : "";
        }
    }
}
