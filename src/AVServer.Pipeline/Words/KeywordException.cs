namespace AVServer.Pipeline;

/// <summary>A keyword can't be taken. The message says what was expected, what came and what to do.</summary>
/// <param name="message">For the user.</param>
public sealed class KeywordException(string message) : Exception(message);
