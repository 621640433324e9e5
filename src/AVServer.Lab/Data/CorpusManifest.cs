namespace AVServer.Lab.Data;

/// <summary>A line of a corpus's manifest.</summary>
/// <param name="Path">Path inside the corpus.</param>
/// <param name="Label">What is said, or what it is.</param>
/// <param name="Speaker">Speaker; empty where none is named.</param>
/// <param name="Alignment">File of the word times inside the corpus; empty where there is none.</param>
public sealed record CorpusManifestRow(string Path, string Label, string Speaker, string Alignment);

/// <summary>The <c>manifest.tsv</c> of a corpus: tab-separated, the first line names the columns.</summary>
public static class CorpusManifest
{
    /// <summary>Reads the lines one after the other.</summary>
    public static IEnumerable<CorpusManifestRow> Read(string path)
    {
        string[]? columns = null;
        foreach (var line in File.ReadLines(path))
        {
            var fields = line.Split('\t');
            if (columns is null)
            {
                columns = fields;
                continue;
            }
            string Field(string name) => Array.IndexOf(columns, name) is >= 0 and var i && i < fields.Length ? fields[i] : "";
            yield return new CorpusManifestRow(Field("path"), Field("label") is { Length: > 0 } label ? label : Field("text"), Field("speaker"), Field("align"));
        }
    }
}
