using System.Globalization;

namespace AVServer.Lab.Data;

/// <summary>The table of a keyword's times: tab-separated path, start, end, confidence, with a header.</summary>
public static class WordTimesTable
{
    /// <summary>Reads the table.</summary>
    /// <param name="path">File.</param>
    /// <exception cref="FormatException">A time is no number.</exception>
    public static IReadOnlyDictionary<string, WordTimes> Load(string path) => File.ReadLines(path)
        .Skip(1)
        .Select(line => line.Split('\t'))
        .ToDictionary(fields => fields[0], fields => new WordTimes(Seconds(fields[1]), Seconds(fields[2])));

    private static double Seconds(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
