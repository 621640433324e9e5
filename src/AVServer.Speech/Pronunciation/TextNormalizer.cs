using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace AVServer.Speech;

/// <summary>Turns text into what is said of it: words, letters, numbers written out.</summary>
internal static partial class TextNormalizer
{
    private const int LongestAbbreviation = 5;

    private static readonly SearchValues<char> Vowels = SearchValues.Create("aeiouy");

    /// <summary>What is said, in order; of each piece the ways to read it, the most usual first.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="isWord">Whether the lexicon has a word.</param>
    /// <returns>Nothing where nothing in the text is spoken.</returns>
    /// <exception cref="PronunciationException">The text has letters that aren't Latin.</exception>
    public static IReadOnlyList<IReadOnlyList<SpokenUnit[]>> Read(string text, Predicate<string> isWord)
    {
        var folded = Fold(text);
        // Where all is in upper case, that a word is says nothing of it.
        var caseTells = folded.Any(char.IsAsciiLetterLower) || !folded.Trim().Contains(' ');
        var pieces = new List<IReadOnlyList<SpokenUnit[]>>();
        foreach (Match match in Pieces().Matches(folded))
        {
            if (match.Groups["dotted"].Success) AddDotted(match.Value.Replace(".", "").ToLowerInvariant(), isWord, pieces);
            else if (match.Groups["ordinal"].Success)
                pieces.Add([Units(NumberWords.Ordinal(match.Groups["ordinal"].Value.Replace(",", "")))]);
            else if (match.Groups["number"].Success) AddNumber(match.Groups["number"].Value, pieces);
            else if (match.Value == "&") pieces.Add([Units(["and"])]);
            else AddWord(match, folded, isWord, caseTells, pieces);
        }
        return pieces;
    }

    /// <summary>"A.I." is spelled, "J.A.R.V.I.S." a word first.</summary>
    private static void AddDotted(string letters, Predicate<string> isWord, List<IReadOnlyList<SpokenUnit[]>> pieces) =>
        pieces.Add(letters.Length > 3 && isWord(letters) ? [Units([letters]), [Spelled(letters)]] : [[Spelled(letters)]]);

    private static void AddNumber(string number, List<IReadOnlyList<SpokenUnit[]>> pieces)
    {
        var parts = number.Split('.');
        pieces.Add([.. NumberWords.Readings(parts[0].Replace(",", "")).Select(Units)]);
        if (parts.Length == 1) return;
        pieces.Add([Units(["point"])]);
        foreach (var digit in parts[1]) pieces.Add([.. NumberWords.Readings(digit.ToString()).Select(Units)]);
    }

    private static void AddWord(
        Match match, string text, Predicate<string> isWord, bool caseTells, List<IReadOnlyList<SpokenUnit[]>> pieces)
    {
        var written = match.Value.Trim('\'');
        if (written.Length == 0) return;
        var word = written.ToLowerInvariant();
        if (isWord(word))
        {
            pieces.Add([Units([word])]);
            return;
        }
        if (word.Contains('-'))
        {
            foreach (var part in written.Split('-', StringSplitOptions.RemoveEmptyEntries))
                AddWord(Pieces().Match(part), part, isWord, caseTells, pieces);
            return;
        }
        var besideDigit = (match.Index > 0 && char.IsAsciiDigit(text[match.Index - 1]))
            || (match.Index + match.Length < text.Length && char.IsAsciiDigit(text[match.Index + match.Length]));
        var isShort = word.Length <= LongestAbbreviation && word.All(char.IsAsciiLetterLower);
        var hasVowel = word.AsSpan().ContainsAny(Vowels);
        if (isShort && (!hasVowel || (besideDigit && word.Length <= 2))) pieces.Add([[Spelled(word)]]);
        else if (isShort && caseTells && word.Length > 1 && written.All(char.IsAsciiLetterUpper))
            pieces.Add([[Spelled(word)], Units([word])]);
        else pieces.Add([Units([word])]);
    }

    /// <summary>Accents go, digits of all scripts become 0 to 9, pictures and punctuation become blanks. Upper case stays.</summary>
    private static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        var foreign = new StringBuilder();
        foreach (var c in text)
        {
            if (LatinLetters.Fold(c) is { } letters) folded.Append(char.IsUpper(c) ? letters.ToUpperInvariant() : letters);
            else if (LatinLetters.IsForeign(c)) foreign.Append(c);
            else if (char.IsDigit(c)) folded.Append((char)('0' + (int)char.GetNumericValue(c)));
            else if (c is '\'' or '’' or '‘' or 'ʼ') folded.Append('\'');
            else if (c is '-' or '‐' or '‑') folded.Append('-');
            else if (c is '.' or ',' or '&') folded.Append(c);
            else if (!IsMark(c)) folded.Append(' ');
        }
        if (foreign.Length > 0)
        {
            throw new PronunciationException(
                PronunciationFault.UnknownScript,
                $"Expected English in the letters A–Z, got '{Excerpt.Of(foreign.ToString())}', whose language isn't known here. Write it "
                + "as it sounds in English, or give its phones: word=HH AH L OW.");
        }
        return folded.ToString();
    }

    /// <summary>What stands upon or behind a letter and is nothing by itself: accents, joiners.</summary>
    private static bool IsMark(char c) => char.GetUnicodeCategory(c)
        is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.EnclosingMark
            or System.Globalization.UnicodeCategory.Format;

    private static SpokenUnit[] Units(IEnumerable<string> words) => [.. words.Select(word => new SpokenUnit(word, IsSpelled: false))];

    private static SpokenUnit Spelled(string letters) => new(letters, IsSpelled: true);

    [GeneratedRegex(
        @"(?<dotted>(?<![A-Za-z'])(?:[A-Za-z]\.){2,}(?![A-Za-z]))" +
        @"|(?<ordinal>\d{1,3}(?:,\d{3})+|\d{1,12})(?:st|nd|rd|th)(?![A-Za-z0-9])" +
        @"|(?<number>(?:\d{1,3}(?:,\d{3}){1,3}(?!\d)|\d+)(?:\.\d+)?)" +
        @"|&|[A-Za-z']+(?:-[A-Za-z']+)*",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pieces();
}
