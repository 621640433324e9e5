namespace AVServer.Speech;

/// <summary>Numbers as English words.</summary>
internal static class NumberWords
{
    private static readonly string[] Small =
    [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
        "fifteen",
        "sixteen", "seventeen", "eighteen", "nineteen",
    ];

    private static readonly string[] Tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    private static readonly (long Value, string Name)[] Scales =
        [(1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"), (100, "hundred")];

    private static readonly Dictionary<string, string> Ordinals = new(StringComparer.Ordinal)
    {
        ["one"] = "first",
        ["two"] = "second",
        ["three"] = "third",
        ["five"] = "fifth",
        ["eight"] = "eighth",
        ["nine"] = "ninth",
        ["twelve"] = "twelfth",
    };

    /// <summary>The ways to read digits, the most usual first: as a number, as a year, digit by digit.</summary>
    /// <param name="digits">At least one of 0 to 9, no more than <see cref="LongestNumber"/> for a number.</param>
    public static IEnumerable<IReadOnlyList<string>> Readings(string digits)
    {
        var isNumber = digits.Length <= LongestNumber && (digits.Length == 1 || digits[0] != '0');
        if (digits.Length == 4 && digits[0] is '1' or '2' && digits[1] != '0') yield return Year(digits);
        if (isNumber) yield return Cardinal(long.Parse(digits, System.Globalization.CultureInfo.InvariantCulture));
        if (digits.Length > 1 && (!isNumber || digits.Length <= 4)) yield return [.. digits.Select(digit => Small[digit - '0'])];
        if (digits.Length is > 1 and <= 4 && digits.Contains('0'))
            yield return [.. digits.Select(digit => digit == '0' ? "oh" : Small[digit - '0'])];
    }

    /// <summary>The most digits that are read as a number.</summary>
    public const int LongestNumber = 12;

    /// <summary>For example <c>twenty second</c>.</summary>
    /// <param name="digits">At least one, at most <see cref="LongestNumber"/>.</param>
    public static IReadOnlyList<string> Ordinal(string digits)
    {
        var words = Cardinal(long.Parse(digits, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        var last = words[^1];
        words[^1] = Ordinals.GetValueOrDefault(last) ?? (last.EndsWith('y') ? last[..^1] + "ieth" : last + "th");
        return words;
    }

    private static List<string> Cardinal(long number)
    {
        var words = new List<string>();
        if (number == 0) return [Small[0]];
        foreach (var (value, name) in Scales)
        {
            if (number < value) continue;
            words.AddRange(Cardinal(number / value));
            words.Add(name);
            number %= value;
        }
        if (number >= Small.Length)
        {
            words.Add(Tens[number / 10]);
            number %= 10;
        }
        if (number > 0) words.Add(Small[number]);
        return words;
    }

    private static IReadOnlyList<string> Year(string digits)
    {
        var (century, year) = (Cardinal(long.Parse(digits[..2], System.Globalization.CultureInfo.InvariantCulture)), digits[2..]);
        return year switch
        {
            "00" => [.. century, "hundred"],
            _ when year[0] == '0' => [.. century, "oh", Small[year[1] - '0']],
            _ => [.. century, .. Cardinal(long.Parse(year, System.Globalization.CultureInfo.InvariantCulture))],
        };
    }
}
