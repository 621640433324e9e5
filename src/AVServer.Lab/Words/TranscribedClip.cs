using System.Text.RegularExpressions;
using AVServer.Lab.Data;

namespace AVServer.Lab.Words;

/// <summary>A recording and the words that are said in it.</summary>
/// <param name="Clip">The recording.</param>
/// <param name="Text">What is said: words of a to z and apostrophes, one blank between them; null where nobody wrote it down.</param>
internal sealed partial record TranscribedClip(Clip Clip, string? Text)
{
    // As one corpus writes its wake words now and then.
    private static readonly (string Written, string Said)[] Misspelled =
        [("thinkengine", "think engine"), ("wildifre", "wildfire"), ("theoperator", "the operator")];

    /// <summary>Whether a text is said in it, as whole words.</summary>
    public bool Contains(string text) => Text is not null && $" {Text} ".Contains($" {text} ", StringComparison.Ordinal);

    /// <summary>Whether the text might be in it: as whole words, across them, or because nobody knows.</summary>
    /// <remarks>Such a recording is neither a right example nor a wrong one.</remarks>
    public bool MayContain(string text) => Text is not null && Text.Replace(" ", "", StringComparison.Ordinal).Contains(text.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);

    /// <summary>The words of a label; null where it is a remark on the recording, or not English.</summary>
    public static string? Normalise(string label)
    {
        var text = Remark().Replace(label.ToLowerInvariant(), " ").Replace('’', '\'');
        foreach (var (written, said) in Misspelled) text = text.Replace(written, said, StringComparison.Ordinal);
        if (text.Any(letter => letter > 127 && char.IsLetter(letter)) || text.Contains('(')) return null;
        text = string.Join(' ', NotWord().Replace(text, " ").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Trim('\'')));
        return text.Length == 0 ? null : text;
    }

    [GeneratedRegex(@"\[.*?\]|\{.*?\}")]
    private static partial Regex Remark();

    [GeneratedRegex("[^a-z' ]+")]
    private static partial Regex NotWord();
}
