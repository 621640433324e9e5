namespace AVServer.Pipeline;

/// <summary>Names of typed keywords.</summary>
public static class KeywordNames
{
    /// <summary>The name of a text: without given phones, in lower case, one blank between its words.</summary>
    public static string FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return string.Join(' ', text.Split('=', 2)[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant();
    }
}
