namespace AVServer.Pipeline;

/// <summary>The configuration asks for something that isn't installed. The message says what, and what to do.</summary>
public sealed class SetupException(string message) : Exception(message);
