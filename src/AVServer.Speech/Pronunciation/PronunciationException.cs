namespace AVServer.Speech;

/// <summary>A text or a pronunciation from outside can't be used. The message says what was expected, what came and what to do.</summary>
/// <param name="fault">What is wrong.</param>
/// <param name="message">For the user.</param>
public sealed class PronunciationException(PronunciationFault fault, string message) : FormatException(message)
{
    /// <summary>What is wrong.</summary>
    public PronunciationFault Fault { get; } = fault;
}
