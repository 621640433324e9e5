using System.Globalization;

namespace AVServer.Lab.Data;

/// <summary>A line of a corpus's manifest.</summary>
/// <param name="Path">Path inside the corpus.</param>
/// <param name="Label">What is said, or what it is.</param>
/// <param name="Speaker">Speaker; empty where none is named.</param>
/// <param name="Alignment">File of the word times inside the corpus; empty where there is none.</param>
/// <param name="StartSeconds">Where the recording begins in its file; 0 where the file is the recording.</param>
/// <param name="Seconds">Its length where the file holds others too; null where the file is the recording.</param>
public sealed record CorpusManifestRow(
    string Path, string Label, string Speaker, string Alignment, double StartSeconds = 0, double? Seconds = null);

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
            double? Number(string name) => double.TryParse(Field(name), CultureInfo.InvariantCulture, out var number) ? number : null;
            var start = Number("start");
            yield return new CorpusManifestRow(
                Field("path"),
                Field("label") is { Length: > 0 } label ? label : Field("text"),
                Field("speaker") is { Length: > 0 } speaker ? speaker : Field("talker"),
                Field("align"),
                start ?? 0,
                start is null ? null : Number("seconds"));
        }
    }
}
