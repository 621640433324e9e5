using System.Globalization;

namespace AVServer.Media.Ffmpeg;

/// <summary>What ffmpeg says of its input.</summary>
internal static class FfmpegDescription
{
    private const string Label = "Duration: ";

    /// <summary>The length that it states, as in <c>Duration: 00:01:02.50, start: 0.000000</c>; null where there is none, or <c>N/A</c>.</summary>
    public static TimeSpan? Duration(string description)
    {
        // Tags of the file stand before it, but never at a line's beginning without their name.
        var line = description.Split('\n').Select(line => line.TrimStart()).FirstOrDefault(line => line.StartsWith(Label, StringComparison.Ordinal));
        if (line?[Label.Length..].Split(',')[0].Split(':') is not [var hours, var minutes, var seconds]) return null;
        return int.TryParse(hours, NumberStyles.None, CultureInfo.InvariantCulture, out var h)
            && int.TryParse(minutes, NumberStyles.None, CultureInfo.InvariantCulture, out var m)
            && double.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var s)
            ? TimeSpan.FromSeconds((((h * 60L) + m) * 60L) + s)
            : null;
    }
}
