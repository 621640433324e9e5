namespace AVServer.Speech;

/// <summary>A word that is said, or letters that are said one by one.</summary>
/// <param name="Text">In lower case.</param>
/// <param name="IsSpelled">Whether the letters' names are said.</param>
internal readonly record struct SpokenUnit(string Text, bool IsSpelled);
