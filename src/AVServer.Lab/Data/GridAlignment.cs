using System.Globalization;

namespace AVServer.Lab.Data;

/// <summary>The word times of the GRID corpus (Cooke et al. 2006): a line a word, its start and end in units of 1/25,000 s.</summary>
public static class GridAlignment
{
    private const double UnitsPerSecond = 25_000;
    private static readonly string[] Pauses = ["sil", "sp"];

    /// <summary>Reads the text of an <c>.align</c> file.</summary>
    /// <returns>The words in order; pauses are left out.</returns>
    /// <exception cref="FormatException">A line isn't start, end and word, or its times run backwards.</exception>
    public static IReadOnlyList<AlignedWord> Parse(string text)
    {
        var words = new List<AlignedWord>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length != 3 || !TryUnits(fields[0], out var start) || !TryUnits(fields[1], out var end) || end < start)
                throw new FormatException($"Expected 'start end word' in units of 1/25,000 s, got '{line}'.");
            if (!Pauses.Contains(fields[2], StringComparer.OrdinalIgnoreCase))
                words.Add(new AlignedWord(fields[2].ToLowerInvariant(), start / UnitsPerSecond, end / UnitsPerSecond));
        }
        return words;
    }

    private static bool TryUnits(string text, out double value) =>
        double.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
