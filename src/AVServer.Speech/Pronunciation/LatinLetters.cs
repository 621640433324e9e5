using System.Globalization;

namespace AVServer.Speech;

/// <summary>Folds letters with accents to <c>a</c> to <c>z</c>.</summary>
/// <remarks>
/// By tables, because <see cref="string.Normalize()"/> leaves everything as it is where globalization is invariant, as it is here.
/// </remarks>
internal static class LatinLetters
{
    // One letter for each character from U+00C0 on; a point for what is no single letter.
    private const string FromC0 =
        "aaaaaa.ceeeeiiii.nooooo.ouuuuy..aaaaaa.ceeeeiiii.nooooo.ouuuuy.y" +
        "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii..jjkk.lllllll" +
        "lllnnnnnn...oooooo..rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs" +
        "bbbb...cc.ddd....ffg...ikkl..nnooo..pp.....ttttuu.vyyzz........." +
        ".....d..l..n.aaiioouuuuuuuuuu.aaaa..ggggkkoooo..j.d.gg..nnaa..oo" +
        "aaaaeeeeiiiioooorrrruuuusstt..hhnd..zzaaeeooooooooyylntj..acclts" +
        "z..b..eejj.qrryy";

    // From U+1E00 on, most of it Vietnamese.
    private const string From1E00 =
        "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm" +
        "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv" +
        "wwwwwwwwwwxxxxyyzzzzzzhtwyas....aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee" +
        "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy....yy";

    /// <summary>What a letter is written as.</summary>
    /// <param name="letter">Any character.</param>
    /// <returns>One or two letters in lower case; null where it is no Latin letter.</returns>
    public static string? Fold(char letter) => letter switch
    {
        (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') => Single(letter),
        'æ' or 'Æ' or 'ǽ' or 'Ǽ' => "ae",
        'œ' or 'Œ' => "oe",
        'ß' or 'ẞ' => "ss",
        'ð' or 'Ð' => "d",
        'þ' or 'Þ' => "th",
        'ŋ' or 'Ŋ' => "ng",
        'ĳ' or 'Ĳ' => "ij",
        >= 'Ａ' and <= 'Ｚ' => Single((char)(letter - 'Ａ' + 'a')),
        >= 'ａ' and <= 'ｚ' => Single((char)(letter - 'ａ' + 'a')),
        _ => At(FromC0, letter - 0xC0) ?? At(From1E00, letter - 0x1E00),
    };

    /// <summary>Whether a character is a letter or a mark of a script that isn't Latin.</summary>
    public static bool IsForeign(char letter) => Fold(letter) is null && char.GetUnicodeCategory(letter)
        is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.OtherLetter
        or UnicodeCategory.SpacingCombiningMark;

    private static string Single(char letter) => char.ToLowerInvariant(letter).ToString();

    private static string? At(string table, int index) =>
        index >= 0 && index < table.Length && table[index] != '.' ? table[index].ToString() : null;
}
