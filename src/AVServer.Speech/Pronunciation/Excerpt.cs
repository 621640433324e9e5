namespace AVServer.Speech;

/// <summary>What a message may quote of a text that came from outside.</summary>
internal static class Excerpt
{
    private const int Longest = 40;

    /// <summary>The text's beginning, without control characters.</summary>
    public static string Of(string text)
    {
        var cut = text.Length <= Longest ? text : text[..Longest] + "…";
        return new string([.. cut.Where(c => !char.IsControl(c))]);
    }
}
