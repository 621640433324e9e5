namespace AVServer.Contracts;

/// <summary>The server's answer to a hello that it accepted, as text on the media socket: <c>{"type":"ready",…}</c>.</summary>
/// <param name="StreamId">The stream that is open from now on.</param>
/// <param name="Protocol">Version of the media protocol that the server speaks.</param>
/// <param name="MaxMessageBytes">Largest binary message that it takes, header included.</param>
/// <param name="IdleTimeout">The stream is closed when no media comes for so long.</param>
/// <param name="Transcriber">Who writes down what is said: <c>none</c>, the recogniser <c>vosk</c>, the host's <c>own</c>, or the
/// <c>client</c> by <see cref="TextMessage"/>s.</param>
public sealed record ReadyMessage(string StreamId, int Protocol, int MaxMessageBytes, TimeSpan IdleTimeout, string Transcriber = "none")
{
    /// <summary>Always <c>ready</c>.</summary>
    public string Type { get; init; } = "ready";
}
